using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Time;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains export</c>: rows of the fact into a file, as they come.</summary>
internal static class ExportVerb
{
    private const string Csv = "csv";

    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "export", "Write insights into a file, all rows of one moment.",
            "export --tenant acme --level campaign --since 2026-03-01 --until 2026-03-07 --out march.csv", ApiScope.TenantOrAccount,
            [
                Verb.OneOf("--level", "What a row is about.", "account", "campaign", "adset", "ad"),
                Verb.Text("--report", "A report by its name, instead of the plain one of the level.", "NAME"),
                Verb.Text("--breakdowns", "The report of the level with exactly these breakdowns.", "age,gender"),
                Verb.Day("--since", "First day."),
                Verb.Day("--until", "Last day."),
                Verb.Text("--fields", "The columns, in the order wanted. Default: the usual ones.", "date,spend"),
                Verb.Text("--attribution-window", "Count conversions under this window.", "7d_click"),
                Verb.Text("--as-of", "The rows as they stood at a moment.", "2026-03-02T08:00:00Z"),
                Verb.OneOf("--time-increment", "day, or all: the sums of each object. Default: day.", "day", "all"),
                Verb.OneOf("--format", "How it is written. Default: csv.", Csv, "json"),
                Verb.Text("--out", "The file; - is standard output. Default: insights.csv or insights.json here.", "FILE"),
            ],
            RunAsync);

    private static async Task<int> RunAsync(ApiSession session)
    {
        var (since, until) = (session.Value<DateOnly?>("--since"), session.Value<DateOnly?>("--until"));
        if (since > until)
            throw CliException.BadInput($"The dates are reversed: --until {DateRange.Iso(until.Value)} is before --since {DateRange.Iso(since.Value)}.");
        if (session.Value<string>("--level") is null && session.Value<string>("--report") is null)
            throw CliException.BadInput("Reports repeat each other: choose one by --level or --report.");
        var format = session.Value<string>("--format") ?? Csv;
        var file = session.Value<string>("--out") ?? $"insights.{format}";
        if (file == Download.StandardOutput && session.Terminal.IsJson)
            throw CliException.BadInput("With --json standard output has the result object alone: give --out a file.");
        var tenant = await session.TenantAsync();
        var path = Routes.With(
            Routes.Insights(tenant), ("level", session.Value<string>("--level")), ("report", session.Value<string>("--report")),
            ("breakdowns", session.Value<string>("--breakdowns")), ("account", session.Account), ("since", Day(since)), ("until", Day(until)),
            ("fields", session.Value<string>("--fields")), ("attribution_window", session.Value<string>("--attribution-window")),
            ("as_of", session.Value<string>("--as-of")), ("time_increment", session.Value<string>("--time-increment")), ("format", format));
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await session.Api.OpenAsync(path, session.Cancellation);
        var download = new Download(session.Terminal, TimeProvider.System);
        var rows = format == Csv ? RowCount.OfCsv() : RowCount.OfJson();
        var done = await download.WriteAsync(answer, file, rows, session.Cancellation);
        var seconds = Math.Round(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 3);
        session.Terminal.Progress($"{Cell(rows.Rows)} rows, {Cell(done)} bytes in {seconds} s{(file == Download.StandardOutput ? "" : $": {file}")}");
        session.Terminal.Result(new { rows.Rows, Bytes = done, File = file, Seconds = seconds });
        return ExitCode.Ok;
    }

    private static string? Day(DateOnly? day) => day is { } known ? DateRange.Iso(known) : null;
}
