using MetaGrains.Cli.Output;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Cli.Hosting;

/// <summary>The environment variables that the command line reads.</summary>
public static class Settings
{
    /// <summary>A PostgreSQL of the user's; unset for the private server of the checkout.</summary>
    public const string DatabaseUrl = "METAGRAINS_DATABASE_URL";

    /// <summary>Seals tokens: 64 hexadecimal digits.</summary>
    public const string EncryptionKey = "ENCRYPTION_KEY";

    /// <summary>Graph API version, such as <c>v25.0</c>.</summary>
    public const string ApiVersion = "META_API_VERSION";

    /// <summary>A variable, or null when it is unset or empty.</summary>
    public static string? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// The key that seals tokens. A private server gets one of its own, made on first use and kept beside it; a
    /// database that outlives the checkout needs one that does, too.
    /// </summary>
    /// <exception cref="CliException">It is missing where one is required, or malformed.</exception>
    public static EncryptionKeys Keys(Checkout checkout)
    {
        var key = Read(EncryptionKey) ?? (Read(DatabaseUrl) is null ? LocalKey(checkout) : null);
        try
        {
            return EncryptionKeys.Parse(key);
        }
        catch (FormatException malformed)
        {
            throw CliException.BadInput(malformed.Message, malformed);
        }
    }

    private static string LocalKey(Checkout checkout)
    {
        checkout.EnsureState();
        var path = Path.Combine(checkout.StateDirectory, "encryption.key");
        if (!File.Exists(path))
        {
            // Written aside and moved, so that two processes agree on one key and none reads half of it.
            var mine = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(mine, options))
                writer.Write(EncryptionKeys.Generate());
            try
            {
                File.Move(mine, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(mine);
            }
        }

        return File.ReadAllText(path);
    }
}
