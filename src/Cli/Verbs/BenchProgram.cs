using System.Diagnostics;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary>The program of <c>bench/</c>: what it measures and simulates needs a process of its own.</summary>
internal static class BenchProgram
{
    /// <summary>Runs it; its last line of standard output is the result.</summary>
    /// <param name="checkout">Where it was built.</param>
    /// <param name="verb">The verb that the user gave, for the advice when it is missing.</param>
    /// <param name="words">Its words.</param>
    /// <param name="databaseUrl">A database, where it needs one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<int> RunAsync(
        Checkout checkout, string verb, IEnumerable<string> words, string? databaseUrl, CancellationToken cancellationToken)
    {
        var program = Path.Combine(checkout.Root, "bench", "bin", BuildInfo.GrainEngine, "Release", "net10.0", "MetaGrains.Bench.dll");
        if (!File.Exists(program))
            throw CliException.Unavailable($"{program} is missing: run ./metagrains {verb} from a checkout, which builds it.");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
        foreach (var word in words.Prepend(program).Append($"--engine={BuildInfo.GrainEngine}"))
            start.ArgumentList.Add(word);
        if (databaseUrl is not null)
            start.Environment[Settings.DatabaseUrl] = databaseUrl;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
