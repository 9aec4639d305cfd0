using MetaGrains.Bench.Measure;
using MetaGrains.Core.Insights;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// How fast rows become visible: staging plus publish of one slice, against the physical limit (a bare COPY of
/// the same rows) and against the usual ways to write, in turn, in one run; and what re-reading unchanged or restated
/// rows costs. Works in a database of its own, on one connection, so that one backend does all the work.
/// </summary>
internal sealed class IngestBench(string url, int rows, int rounds)
{
    private const int SlowRivalRows = 2_000;

    private readonly InsightRow[] _fresh = BenchRows.Make(rows);
    private readonly InsightRow[] _restated1 = BenchRows.Make(rows, restatedPercent: 1);
    private readonly InsightRow[] _restated20 = BenchRows.Make(rows, restatedPercent: 20);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        await using var scratch = await ScratchDatabase.CreateAsync(url);
        var database = scratch.Source;
        var server = new Server(database);
        var ours = await OurIngest.CreateAsync(database);
        var rivals = new Rivals(database, scratch.ConnectionString, ours.Tenant);
        // Nothing is timed before every path has been compiled once.
        await RoundAsync(new Figures(), server, ours, rivals, _fresh[..SlowRivalRows], SlowRivalRows);
        var figures = new Figures();
        for (var round = 1; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"metagrains: round {round} of {rounds}");
            await RoundAsync(figures, server, ours, rivals, _fresh, rows);
        }

        return figures.ToDictionary(rows);
    }

    private async Task RoundAsync(Figures figures, Server server, OurIngest ours, Rivals rivals, InsightRow[] fresh, int count)
    {
        await server.ExecuteAsync("truncate meta_insights_daily, meta_insights_raw, meta_insights_tombstones, meta_insights_revisions, meta_insights_days, meta_reconciliation, insights_staging, daily_meta_metrics");
        await server.ExecuteAsync(Rivals.Create);
        await server.ExecuteAsync("checkpoint");

        var cpu = await server.BackendCpuAsync();
        var wal = await server.WalAsync();
        figures.Ours.Add(count / await SecondsAsync(() => ours.LoadAsync(fresh)));
        var walOfLoad = await server.WalAsync() - wal;
        figures.BackendMicros.Add(await server.BackendCpuAsync() - cpu is { } spent ? spent * 1e6 / count : double.NaN);

        figures.RereadWal.Add(await WalRatioAsync(server, walOfLoad, () => ours.LoadAsync(fresh)));
        await server.ExecuteAsync("checkpoint");
        figures.RereadWalAfterCheckpoint.Add(await WalRatioAsync(server, walOfLoad, () => ours.LoadAsync(fresh)));
        figures.Reread.Add(await SecondsAsync(() => ours.LoadAsync(fresh)));
        if (count == rows)
        {
            figures.Restated1.Add(await SecondsAsync(() => ours.LoadAsync(_restated1)));
            await ours.LoadAsync(fresh);
            figures.Restated20.Add(await SecondsAsync(() => ours.LoadAsync(_restated20)));
        }

        await server.ExecuteAsync("checkpoint");
        figures.Limit.Add(count / await SecondsAsync(() => rivals.CopyAsync(fresh)));
        await server.ExecuteAsync("truncate rival");
        await server.ExecuteAsync("checkpoint");
        figures.Unnest.Add(count / await SecondsAsync(() => rivals.UnnestAsync(fresh)));
        var few = fresh[..Math.Min(SlowRivalRows, fresh.Length)];
        await server.ExecuteAsync("truncate rival");
        figures.RowByRow.Add(few.Length / await SecondsAsync(() => rivals.RowByRowAsync(few)));
        await server.ExecuteAsync("truncate rival");
        figures.EntityFramework.Add(few.Length / await SecondsAsync(() => rivals.EntityFrameworkAsync(few)));
    }

    private static async Task<double> WalRatioAsync(Server server, decimal walOfLoad, Func<Task> reread)
    {
        var before = await server.WalAsync();
        await reread();
        return (double)((await server.WalAsync() - before) / walOfLoad);
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private sealed class Figures
    {
        public List<double> Ours { get; } = [];

        public List<double> Limit { get; } = [];

        public List<double> Unnest { get; } = [];

        public List<double> RowByRow { get; } = [];

        public List<double> EntityFramework { get; } = [];

        public List<double> BackendMicros { get; } = [];

        public List<double> RereadWal { get; } = [];

        public List<double> RereadWalAfterCheckpoint { get; } = [];

        public List<double> Reread { get; } = [];

        public List<double> Restated1 { get; } = [];

        public List<double> Restated20 { get; } = [];

        public Dictionary<string, object?> ToDictionary(int rows) => new()
        {
            ["rows"] = rows,
            ["rows_per_s"] = Math.Round(Pairs.Median(Ours)),
            ["limit_rows_per_s"] = Math.Round(Pairs.Median(Limit)),
            ["ratio"] = Pairs.Ratio(Ours, Limit),
            ["unnest_ratio"] = Pairs.Ratio(Ours, Unnest),
            ["row_by_row_ratio"] = Pairs.Ratio(Ours, RowByRow),
            ["ef_ratio"] = Pairs.Ratio(Ours, EntityFramework),
            ["backend_us_per_row"] = BackendMicros.Exists(double.IsNaN) ? null : Math.Round(Pairs.Median(BackendMicros), 1),
            ["reread_wal_ratio"] = Math.Round(Pairs.Median(RereadWal), 6),
            ["reread_wal_ratio_after_checkpoint"] = Math.Round(Pairs.Median(RereadWalAfterCheckpoint), 6),
            ["reread_seconds"] = Math.Round(Pairs.Median(Reread), 3),
            ["restated_1pct_seconds"] = Math.Round(Pairs.Median(Restated1), 3),
            ["restated_20pct_seconds"] = Math.Round(Pairs.Median(Restated20), 3),
        };
    }
}
