using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>What a scan found: the places of the rows written, and whether there are more.</summary>
internal readonly record struct ScanResult(long First, int Rows, bool HasMore);

/// <summary>
/// Walks the rows of a query in their order (day, object, breakdown value) and hands those of the page to a writer.
/// Rows before the page are only counted, which costs no arithmetic unless a filter looks at their metrics.
/// </summary>
internal sealed class InsightsScan(InsightsQuery query, InsightsRowWriter writer)
{
    private readonly AdDay _day = new(query.Account.Actions.CountedKinds);
    private readonly Totals[] _cells = NewCells(query);
    private readonly DaySplitter? _splitter =
        query.Shares is null ? null : new DaySplitter(query.Shares, query.Account.Actions);

    private long _place;
    private int _written;

    public ScanResult Run()
    {
        foreach (var period in query.Breakdown.Silent ? [] : query.Periods)
        {
            if (period.Since > query.Account.Today)
                continue;
            foreach (var group in query.Groups)
            {
                if (!Visit(period, group))
                    return new ScanResult(query.Skip, _written, HasMore: true);
            }
        }

        return new ScanResult(query.Skip, _written, HasMore: false);
    }

    private static Totals[] NewCells(InsightsQuery query)
    {
        var cells = new Totals[query.Shares?.Cells.Count ?? 1];
        for (var cell = 0; cell < cells.Length; cell++)
            cells[cell] = new Totals(query.Account.Actions.CountedKinds);
        return cells;
    }

    // False once the page is full and another row is known to follow.
    private bool Visit(DaySpan period, RowGroup group)
    {
        if (_splitter is null && !query.Filters.LooksAtRows && (_place < query.Skip || _written == query.Take))
        {
            if (!AnyDelivery(period, group))
                return true;
            _place++;
            return _written < query.Take;
        }

        Sum(period, group);
        for (var cell = 0; cell < _cells.Length; cell++)
        {
            var totals = _cells[cell];
            if (totals.Rows == 0 || !query.Filters.Accepts(totals))
                continue;
            if (_place++ < query.Skip)
                continue;
            if (_written == query.Take)
                return false;
            writer.Write(period, group.Entity, query.Shares?.Cells[cell], totals);
            _written++;
        }

        return true;
    }

    private void Sum(DaySpan period, RowGroup group)
    {
        foreach (var cell in _cells)
            cell.Clear();
        var last = Last(period);
        foreach (var ad in group.Ads)
        {
            for (var date = First(period); date <= last; date = date.AddDays(1))
            {
                if (!query.Account.Read(ad, date, _day))
                    continue;
                DropOffMeta();
                if (_splitter is null)
                    _cells[0].Add(_day);
                else
                    _splitter.Split(ad, date, _day, _cells);
            }
        }
    }

    private bool AnyDelivery(DaySpan period, RowGroup group)
    {
        var last = Last(period);
        foreach (var ad in group.Ads)
        {
            for (var date = First(period); date <= last; date = date.AddDays(1))
            {
                if (query.Account.Delivers(ad, date))
                    return true;
            }
        }

        return false;
    }

    private void DropOffMeta()
    {
        if (!query.Breakdown.DropsOffMeta)
            return;
        foreach (var kind in query.Account.Actions.OffMeta)
            _day.Actions[kind] = default;
    }

    private DateOnly First(DaySpan period) => period.Since > query.Breakdown.Oldest ? period.Since : query.Breakdown.Oldest;

    private DateOnly Last(DaySpan period) => period.Until < query.Account.Today ? period.Until : query.Account.Today;
}
