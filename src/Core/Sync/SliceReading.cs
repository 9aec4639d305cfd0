using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync;

/// <summary>What a run reads with.</summary>
internal sealed record RunReading(
    IInsightsSource Source, IInsightsStore Store, InsightsPullOptions Options, ICallPermits Permits, IReportMemory? Reports, RunTally Tally, AccessToken Token);

/// <summary>
/// Reads one slice into staging, by as many requests as its report's shape needs, newest days first. What a request read
/// to its end stays; what a broken one staged is discarded. A refusal makes the shape smaller, and the days that are left
/// are cut by the new one: no day is read twice, and none is left out.
/// </summary>
internal sealed class SliceReading(RunReading run, InsightsSlice slice, InsightsReport report, ShapeInUse shape)
{
    private readonly List<Piece> _read = [];
    private int _page;

    /// <summary>Reads the slice.</summary>
    /// <returns>Rows that are staged.</returns>
    /// <exception cref="SourceException">Some of it cannot be read.</exception>
    public async Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        var open = new Stack<DateRange>([slice.Days]);
        while (open.TryPop(out var days))
        {
            var piece = days.NewestFirst(shape.Current.Days).First();
            if (piece.Since > days.Since)
                open.Push(new DateRange(days.Since, piece.Since.AddDays(-1)));
            if (!await ReadPieceAsync(piece, cancellationToken))
                open.Push(piece);
            if (open.Count == 0 && await TakeBackAsync(cancellationToken) is { } again)
                open.Push(again);
        }

        var rows = _read.Sum(piece => piece.Rows);
        shape.Read(rows, slice.Days.Days);
        return rows;
    }

    /// <returns>False when the piece has to be cut anew: nothing of it is staged.</returns>
    private async Task<bool> ReadPieceAsync(DateRange days, CancellationToken cancellationToken)
    {
        var (cut, first, broken) = (shape.Current, _page, 0);
        var piece = new Piece(days, first);
        var answers = 0;
        var (asked, requests) = (cut, shape.Requests(report, days, cut.Parts));
        for (var part = 0; part < requests.Length;)
        {
            if (asked != shape.Current)
                (asked, requests) = (shape.Current, shape.Requests(report, days, cut.Parts));
            var from = _page;
            try
            {
                var lacks = asked.Incomplete;
                piece.Rows += await StageAsync(requests[part], lacks, cancellationToken);
                piece.Lacks = piece.Lacks.Union(lacks);
                part++;
                answers += await AnsweredAsync(cancellationToken);
            }
            catch (SourceException failure)
            {
                var shrunk = await shape.ShrunkAsync(failure, days.Days, cancellationToken);
                if (!shrunk && (failure.Excess != Excess.None || !failure.WorthRereading || ++broken >= run.Options.ReadsPerSlice))
                    throw;
                run.Tally.Take(failure);
                var isCutAlike = (shape.Current.Days, shape.Current.Parts) == (cut.Days, cut.Parts);
                await DiscardAsync(isCutAlike ? from : first, cancellationToken);
                if (!isCutAlike)
                    return false;
            }
        }

        await GrowAsync(answers, cancellationToken);
        piece.Until = _page;
        _read.Add(piece);
        return true;
    }

    // Fields that are on trial move with each answer; larger requests begin with the next piece, since the parts of one
    // piece are cut alike.
    private async Task<int> AnsweredAsync(CancellationToken cancellationToken)
    {
        if (shape.Current.Suspects.IsEmpty)
            return 1;
        await shape.SucceededAsync(cancellationToken);
        return 0;
    }

    private async Task GrowAsync(int answers, CancellationToken cancellationToken)
    {
        for (var grown = false; answers > 0 && !grown; answers--)
        {
            await shape.SucceededAsync(cancellationToken);
            grown = shape.Current.Grown;
        }
    }

    // While it is found out which field cannot be fetched, pieces lack others, too: those are read once more.
    private async Task<DateRange?> TakeBackAsync(CancellationToken cancellationToken)
    {
        if (_read.Find(piece => piece.Lacks.Any(shape.Current.Asks)) is not { } lacking)
            return null;
        await run.Store.DiscardAsync(slice, lacking.From, lacking.Until, cancellationToken);
        _read.Remove(lacking);
        return lacking.Days;
    }

    private async Task<long> StageAsync(InsightsQuery query, ImmutableArray<string> leftOut, CancellationToken cancellationToken)
    {
        long rows = 0;
        var first = _page;
        await foreach (var page in run.Source.ReadAsync(query with { Permits = run.Permits, Reports = run.Reports }, run.Token, cancellationToken))
        {
            using (page)
            {
                run.Tally.Take(page);
                if (slice.Entity is { } entity && !entity.HoldsAll(page))
                    throw new SliceRejectedException($"The answer has rows that are not of {entity}, which alone was asked for.");
                rows += page.Rows.Length;
                _page = first + page.Number + 1;
                if (!page.Rows.IsEmpty)
                    await run.Store.StageAsync(slice, PlacedPage.Of(page, first + page.Number, leftOut), cancellationToken);
                await shape.PageReadAsync(page, cancellationToken);
            }
        }

        return rows;
    }

    private async Task DiscardAsync(int from, CancellationToken cancellationToken)
    {
        if (_page > from)
            await run.Store.DiscardAsync(slice, from, _page, cancellationToken);
        _page = from;
    }

    private sealed class Piece(DateRange days, int from)
    {
        public DateRange Days => days;

        public int From => from;

        public int Until { get; set; }

        public long Rows { get; set; }

        public ImmutableHashSet<string> Lacks { get; set; } = [];
    }
}
