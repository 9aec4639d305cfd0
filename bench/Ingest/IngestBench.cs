using MetaGrains.Bench.Measure;
using MetaGrains.Core.Insights;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// How fast JSON pages become visible: parse, stage, judge and publish of one slice, against the physical limit (a COPY
/// of the same rows, encoded already, into one table) and against the usual ways to write, in turn, in one run; and what
/// re-reading unchanged or restated rows costs. Works in a database of its own, on one connection, so that one backend
/// does all the work.
/// </summary>
internal sealed class IngestBench(string url, int rows, int rounds)
{
    private const int SlowRivalPages = 4;

    private readonly BenchPages _fresh = BenchPages.Make(rows);
    private readonly BenchPages _restated1 = BenchPages.Make(rows, restatedPercent: 1);
    private readonly BenchPages _restated20 = BenchPages.Make(rows, restatedPercent: 20);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        await using var scratch = await ScratchDatabase.CreateAsync(url);
        var server = new Server(scratch.Source);
        var ours = await OurIngest.CreateAsync(scratch.Source);
        // Nothing is timed before every path has been compiled once.
        await RoundAsync(new IngestFigures(server), ours, scratch, _fresh.Take(SlowRivalPages));
        var figures = new IngestFigures(server);
        for (var round = 1; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"metagrains: round {round} of {rounds}");
            await RoundAsync(figures, ours, scratch, _fresh);
        }

        return figures.ToDictionary(rows);
    }

    private async Task RoundAsync(IngestFigures figures, OurIngest ours, ScratchDatabase scratch, BenchPages fresh)
    {
        var server = figures.Server;
        await server.ExecuteAsync("truncate meta_insights_daily, meta_insights_raw, meta_insights_tombstones, meta_insights_revisions, meta_insights_days, meta_reconciliation, insights_staging, daily_meta_metrics");
        await server.ExecuteAsync(RivalSchema.Create);
        await server.TryAsync(RivalSchema.Compress);
        await server.ExecuteAsync("checkpoint");

        var wal = await server.WalAsync();
        await figures.MeasureAsync("ours", fresh.Count, () => ours.LoadAsync(fresh));
        var walOfLoad = await server.WalAsync() - wal;
        figures.RereadWal.Add(await WalRatioAsync(server, walOfLoad, () => ours.LoadAsync(fresh)));
        await server.ExecuteAsync("checkpoint");
        figures.RereadWalAfterCheckpoint.Add(await WalRatioAsync(server, walOfLoad, () => ours.LoadAsync(fresh)));
        await figures.MeasureAsync("reread", fresh.Count, () => ours.LoadAsync(fresh));
        if (fresh.Count == rows)
        {
            await figures.MeasureAsync("restated_1pct", rows, () => ours.LoadAsync(_restated1));
            await ours.LoadAsync(fresh);
            await figures.MeasureAsync("restated_20pct", rows, () => ours.LoadAsync(_restated20));
        }

        await RivalsAsync(figures, ours, scratch, fresh.Rows());
    }

    private static async Task RivalsAsync(IngestFigures figures, OurIngest ours, ScratchDatabase scratch, InsightRow[] rows)
    {
        var columns = new RivalColumns(ours.Tenant);
        var wide = new Rivals(scratch.Source, [columns.Wide], days: false);
        var whole = new Rivals(scratch.Source, [columns.Fact, columns.Raw], days: true);
        var entities = new EntityFrameworkRival(scratch.Source, ours.Tenant);
        var few = rows[..Math.Min(SlowRivalPages * BenchPages.PageRows, rows.Length)];
        using var encoded = new EncodedRows(scratch.Source, columns.Wide);
        await wide.CopyAsync(rows);
        await encoded.TakeAsync();

        await MeasureAsync("limit", rows.Length, encoded.PourAsync);
        await MeasureAsync("unnest", rows.Length, () => wide.UnnestAsync(rows));
        await MeasureAsync("row_by_row", few.Length, () => wide.RowByRowAsync(few));
        await MeasureAsync("ef", few.Length, () => entities.WriteAsync(few));
        await MeasureAsync("whole_unnest", rows.Length, () => whole.UnnestAsync(rows));
        await MeasureAsync("whole_row_by_row", few.Length, () => whole.RowByRowAsync(few));
        await MeasureAsync("whole_ef", few.Length, () => entities.WriteWholeAsync(few));

        async Task MeasureAsync(string name, int count, Func<Task> work)
        {
            await figures.Server.ExecuteAsync(RivalSchema.Empty);
            await figures.Server.ExecuteAsync("checkpoint");
            await figures.MeasureAsync(name, count, work);
        }
    }

    private static async Task<double> WalRatioAsync(Server server, decimal walOfLoad, Func<Task> reread)
    {
        var before = await server.WalAsync();
        await reread();
        return (double)((await server.WalAsync() - before) / walOfLoad);
    }
}
