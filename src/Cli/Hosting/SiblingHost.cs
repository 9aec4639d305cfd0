using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Hosting;

/// <summary>Finds the programs that are built beside the command line: the silo and the API.</summary>
internal static class SiblingHost
{
    /// <summary>The program's file.</summary>
    /// <param name="checkout">Where to look first.</param>
    /// <param name="part"><c>Silo</c> or <c>Api</c>.</param>
    /// <exception cref="CliException">It is not there.</exception>
    public static string Find(Checkout checkout, string part) => Find(checkout, part, AppContext.BaseDirectory);

    /// <summary>The same for a command line that runs from another folder.</summary>
    internal static string Find(Checkout checkout, string part, string programs)
    {
        var places = Candidates(checkout, part, programs).ToArray();
        // A library may lie there as somebody's reference; a program has its configuration beside it.
        return Array.Find(places, file => File.Exists(file) && File.Exists(Path.ChangeExtension(file, ".runtimeconfig.json")))
            ?? throw CliException.Unavailable($"MetaGrains.{part}.dll is neither beside the command line nor built in this checkout ({places[^1]}): build it with ./metagrains, or dotnet build MetaGrains.sln -c Release.");
    }

    private static IEnumerable<string> Candidates(Checkout checkout, string part, string programs)
    {
        var file = $"MetaGrains.{part}.dll";
        yield return Path.Combine(programs, file);
        // …/bin/<engine>/<configuration>/<framework>/, of the command line itself or of a test that runs it.
        var framework = new DirectoryInfo(programs.TrimEnd(Path.DirectorySeparatorChar));
        var output = Path.Combine("bin", BuildInfo.GrainEngine, framework.Parent?.Name ?? "Release", framework.Name);
        for (var folder = framework; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MetaGrains.sln")))
                yield return Path.Combine(folder.FullName, "src", part, output, file);
        }

        yield return Path.Combine(checkout.Root, "src", part, output, file);
    }
}
