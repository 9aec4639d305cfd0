using System.Text.Json;
using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Local;

/// <summary>
/// What <c>up</c> and <c>demo --keep</c> leave in <c>.metagrains/local.json</c>, so that the other verbs find the API
/// without settings and <c>down</c> finds the processes. The key stands in a file of its own.
/// </summary>
/// <param name="Url">Where the API is.</param>
/// <param name="Database">Host, port and name of the database, without user and password.</param>
/// <param name="Owner">The <c>up</c> that holds the others; null when they stay by themselves.</param>
/// <param name="Processes">In the order in which they started.</param>
internal sealed record LocalState(Uri Url, string Database, LocalProcess? Owner, IReadOnlyList<LocalProcess> Processes)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Reads it, when there is one and at least one of its processes runs.</summary>
    public static LocalState? Find(Checkout checkout) => Read(checkout) is { } state && state.Processes.Any(process => process.IsAlive()) ? state : null;

    /// <summary>Reads it, even one whose processes are gone.</summary>
    public static LocalState? Read(Checkout checkout)
    {
        try
        {
            return JsonSerializer.Deserialize<LocalState>(File.ReadAllText(PathOf(checkout)), Json);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(Checkout checkout) => PrivateFile.Replace(PathOf(checkout), JsonSerializer.Serialize(this, Json));

    /// <summary>Removes it.</summary>
    public static void Remove(Checkout checkout) => File.Delete(PathOf(checkout));

    private static string PathOf(Checkout checkout) => Path.Combine(checkout.StateDirectory, "local.json");
}
