using System.CommandLine;
using System.Globalization;
using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains bench NAME</c>: runs a benchmark of <c>bench/</c>.</summary>
internal static class BenchVerb
{
    private const string Ingest = "ingest";
    private const string Failover = "failover";
    private const string Wake = "wake";
    private const string Idle = "idle";
    private const int FailoverAccounts = 3_000;
    private const int WakeAccounts = 100_000;

    public static Command Create(Checkout checkout)
    {
        var name = new Argument<string>("name") { Description = "Which benchmark: ingest (rows into PostgreSQL), calls (grain calls), parse (pages of insights), graph (calls that a fresh row costs), budget (how a limit is used), failover (how long accounts of a lost silo do not answer), wake (how late very many grains wake, and what a wake costs) or idle (what a silo writes while nothing is due)." };
        name.AcceptOnlyFromAmong(Ingest, "calls", "parse", "graph", "budget", Failover, Wake, Idle);
        var rows = Verb.Number("--rows", "Rows of the benchmark's data set.", 50_000, 1_000, 10_000_000);
        var rounds = Verb.Number("--rounds", "How often each figure is measured; the median is printed.", 3, 1, 100);
        var accounts = Verb.OptionalNumber("--accounts", $"Of failover, idle and wake: ad accounts on the silos; {FailoverAccounts}, of wake {WakeAccounts} unless told.", 3, 1_000_000);
        var wake = new WakeWords();
        var tableRows = TableRows();
        var command = Verb.Create("bench", "Measure, as ratios against a rival or a physical limit of the same run.", "bench ingest --rows 50000", [rows, rounds, accounts, tableRows, .. wake.Options], async (parsed, terminal, cancellationToken) =>
        {
            await using var session = parsed.GetValue(name) is not (Ingest or Failover or Wake or Idle) ? null : await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
            return await BenchProgram.RunAsync(
                checkout, "bench",
                [
                    parsed.GetValue(name)!, $"--rows={parsed.GetValue(rows)}", $"--rounds={parsed.GetValue(rounds)}", $"--table-rows={parsed.GetValue(tableRows)}",
                    $"--accounts={parsed.GetValue(accounts) ?? (parsed.GetValue(name) == Wake ? WakeAccounts : FailoverAccounts)}", .. wake.Of(parsed),
                ],
                session?.Url, cancellationToken);
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
