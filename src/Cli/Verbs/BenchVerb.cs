using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains bench NAME</c>: runs a benchmark of <c>bench/</c>.</summary>
internal static class BenchVerb
{
    // Only what writes rows needs a database.
    private const string Ingest = "ingest";

    public static Command Create(Checkout checkout)
    {
        var name = new Argument<string>("name") { Description = "Which benchmark: ingest (rows into PostgreSQL), calls (grain calls), parse (pages of insights) or graph (calls that a fresh row costs)." };
        name.AcceptOnlyFromAmong(Ingest, "calls", "parse", "graph");
        var rows = Verb.Number("--rows", "Rows of the benchmark's data set.", 50_000, 1_000, 10_000_000);
        var rounds = Verb.Number("--rounds", "How often each figure is measured; the median is printed.", 3, 1, 100);
        var tableRows = TableRows();
        var command = Verb.Create("bench", "Measure, as ratios against a rival or a physical limit of the same run.", "bench ingest --rows 50000", [rows, rounds, tableRows], async (parsed, terminal, cancellationToken) =>
        {
            var program = Path.Combine(checkout.Root, "bench", "bin", BuildInfo.GrainEngine, "Release", "net10.0", "MetaGrains.Bench.dll");
            if (!File.Exists(program))
                throw CliException.Unavailable($"{program} is missing: run ./metagrains bench from a checkout, which builds it.");
            await using var session = parsed.GetValue(name) != Ingest ? null : await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
            var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
            foreach (var word in new[] { program, parsed.GetValue(name)!, $"--rows={parsed.GetValue(rows)}", $"--rounds={parsed.GetValue(rounds)}", $"--table-rows={parsed.GetValue(tableRows)}", $"--engine={BuildInfo.GrainEngine}" })
                start.ArgumentList.Add(word);
            if (session is not null)
                start.Environment[Settings.DatabaseUrl] = session.Url;
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        });
        command.Add(name);
        return command;
    }

    private static Option<string> TableRows()
    {
        const int most = 100_000_000;
        var option = new Option<string>("--table-rows")
        {
            Description = "Of ingest: measure a first load into tables that hold so many rows already, such as 10000,100000,1000000.",
            DefaultValueFactory = _ => "",
        };
        option.Validators.Add(result =>
        {
            var sizes = result.GetValueOrDefault<string>().Split(',', StringSplitOptions.RemoveEmptyEntries);
            if (Array.Exists(sizes, size => !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) || rows is < 1 or > most))
                result.AddError($"--table-rows must be numbers from 1 to {most} with commas between them.");
        });
        return option;
    }
}
