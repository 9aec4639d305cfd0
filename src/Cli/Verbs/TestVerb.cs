using System.CommandLine;
using System.Diagnostics;
using System.Xml.Linq;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains test</c>: runs the tests that the entry script has built, and adds up their results.</summary>
internal static class TestVerb
{
    // No database, no processes, no browser.
    private static readonly string[] Fast = ["Core.Tests", "Graph.Tests", "GraphSimulator.Tests", "Repository.Tests"];

    // What runs on a grain engine, and therefore differently on each: two at a time, as for a whole solution.
    private static readonly string[][] Engine = [["EndToEnd.Tests"], ["Grains.Tests", "Engine.Tests", "Silo.Tests"]];

    public static Command Create(Checkout checkout)
    {
        var fast = new Option<bool>("--fast") { Description = "Only the tests that need no PostgreSQL and start no process." };
        var engine = new Option<bool>("--engine-only") { Description = "Only the tests of what runs on the grain engine (--engine chooses it)." };
        var filter = new Option<string?>("--filter") { Description = "Only tests whose full name contains this.", HelpName = "TEXT" };
        return Verb.Create("test", "Run the tests.", "test --fast", [fast, engine, filter], async (parsed, terminal, cancellationToken) =>
        {
            if (!checkout.HasSources)
                throw CliException.Unavailable("The tests need a checkout with sources.");
            var results = Path.Combine(checkout.StateDirectory, "test-results");
            if (Directory.Exists(results))
                Directory.Delete(results, recursive: true);
            var lanes = parsed.GetValue(fast) ? Projects([Fast]) : parsed.GetValue(engine) ? Projects(Engine) : [["MetaGrains.sln"]];
            var broken = (await Task.WhenAll(lanes.Select(RunLaneAsync))).Contains(true);
            var totals = Totals(results);
            terminal.Line($"{totals.Passed} passed, {totals.Failed} failed{(totals.Skipped > 0 ? $", {totals.Skipped} skipped" : "")}");
            terminal.Result(totals);
            return broken || totals.Failed > 0 || totals.Passed == 0 ? ExitCode.Failed : ExitCode.Ok;

            async Task<bool> RunLaneAsync(string[] targets)
            {
                var failed = false;
                foreach (var target in targets)
                    failed |= await RunAsync(checkout, target, parsed.GetValue(filter), results, cancellationToken) != 0;
                return failed;
            }
        });
    }

    private static string[][] Projects(string[][] lanes) =>
        [.. lanes.Select(lane => lane.Select(name => Path.Combine("tests", name, $"MetaGrains.{name}.csproj")).ToArray())];

    private static async Task<int> RunAsync(Checkout checkout, string target, string? filter, string results, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = checkout.Root, UseShellExecute = false, RedirectStandardOutput = true };
        List<string> words =
        [
            "test", target, "--no-build", "--nologo", "-c", "Release", $"-p:GrainEngine={BuildInfo.GrainEngine}",
            $"-p:TestResultsFolder={results}",
        ];
        if (filter is not null)
            words.AddRange(["--filter", $"FullyQualifiedName~{filter}"]);
        words.ForEach(start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        // Standard output of this verb belongs to its own result.
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            await Console.Error.WriteLineAsync(line);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private sealed record Tally(int Passed, int Failed, int Skipped);

    private static Tally Totals(string results)
    {
        XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        var totals = new Tally(0, 0, 0);
        if (!Directory.Exists(results))
            return totals;
        foreach (var file in Directory.EnumerateFiles(results, "*.trx", SearchOption.AllDirectories))
        {
            var counters = XDocument.Load(file).Descendants(trx + "Counters").Single();
            int Count(string name) => (int?)counters.Attribute(name) ?? 0;
            var (total, executed, passed) = (Count("total"), Count("executed"), Count("passed"));
            totals = new Tally(totals.Passed + passed, totals.Failed + executed - passed, totals.Skipped + total - executed);
        }

        return totals;
    }
}
