namespace MetaGrains.GraphSimulator.World;

/// <summary>A supported combination of breakdowns.</summary>
internal enum Breakdown
{
    /// <summary><c>age</c>.</summary>
    Age,

    /// <summary><c>gender</c>.</summary>
    Gender,

    /// <summary><c>age,gender</c>.</summary>
    AgeGender,

    /// <summary><c>country</c>.</summary>
    Country,

    /// <summary><c>publisher_platform</c>.</summary>
    Platform,

    /// <summary><c>publisher_platform,platform_position</c>.</summary>
    Position,

    /// <summary><c>publisher_platform,impression_device</c>.</summary>
    PlatformDevice,

    /// <summary><c>publisher_platform,platform_position,impression_device</c>.</summary>
    PositionDevice,

    /// <summary><c>region</c>.</summary>
    Region,

    /// <summary><c>hourly_stats_aggregated_by_advertiser_time_zone</c>.</summary>
    HourOfAdvertiser,

    /// <summary><c>hourly_stats_aggregated_by_audience_time_zone</c>.</summary>
    HourOfAudience,

    /// <summary><c>frequency_value</c>.</summary>
    FrequencyValue,

    /// <summary><c>product_id</c>.</summary>
    Product,
}

/// <summary>One value combination of a breakdown: the extra keys of its rows.</summary>
/// <param name="Keys">Name and value, in the order of the answer.</param>
internal sealed record BreakdownCell(IReadOnlyList<(string Name, string Value)> Keys);

/// <summary>
/// How an account's ad-days fall apart. A day is cut into fine shares, each of which belongs to one cell: age and
/// gender are both read off the same age-by-gender shares, so the three breakdowns agree with each other.
/// </summary>
/// <param name="Cells">The rows of an answer, in order.</param>
/// <param name="CellOfShare">For each share, its place in <paramref name="Cells"/>.</param>
/// <param name="Weights">Fills the weights of the shares for one ad on one day; not all zero.</param>
internal sealed record BreakdownShares(
    IReadOnlyList<BreakdownCell> Cells,
    int[] CellOfShare,
    Action<AdEntity, DateOnly, int[]> Weights);

/// <summary>Cuts an ad-day into parts that add up to it exactly, in every metric and every attribution window.</summary>
internal sealed class DaySplitter(BreakdownShares shares, ActionCatalog catalog)
{
    private readonly int[] _weights = new int[shares.CellOfShare.Length];
    private readonly AdDay _part = new(catalog.CountedKinds);

    /// <summary>Adds the parts of a day to the totals of their cells.</summary>
    public void Split(AdEntity ad, DateOnly date, AdDay day, Totals[] cells)
    {
        shares.Weights(ad, date, _weights);
        var rule = AttributionRule.Of(ad);
        long allWeights = _weights.Sum();
        long reachedWeights = 0;
        long low = 0;
        for (var share = 0; share < _weights.Length; share++)
        {
            reachedWeights += _weights[share];
            // Everything follows the impressions, so that no part has a click without one.
            var high = day.Impressions * reachedWeights / allWeights;
            var last = share == _weights.Length - 1;
            if (Cut(day, low, high, last, rule))
                cells[shares.CellOfShare[share]].Add(_part);
            low = high;
        }
    }

    private bool Cut(AdDay day, long low, long high, bool last, AttributionRule rule)
    {
        // A restated day may have spend without impressions; all of it is then in the last part.
        if (day.Impressions == 0 ? !last : low == high)
            return false;
        _part.SpendMinor = Share(day.SpendMinor, day.Impressions, low, high);
        _part.Impressions = high - low;
        _part.Clicks = Share(day.Clicks, day.Impressions, low, high);
        _part.Reach = Share(day.Reach, day.Impressions, low, high);
        for (var kind = 0; kind < day.Actions.Length; kind++)
            _part.Actions[kind] = Share(day.Actions[kind], day.Impressions, low, high);
        foreach (var kind in catalog.OffMeta)
            _part.Actions[kind] = rule.Apply(_part.Actions[kind]);
        return true;
    }

    private static ActionTally Share(ActionTally whole, long impressions, long low, long high)
    {
        var things = whole.Count.Click28 + whole.Count.View1;
        if (things == 0)
            return default;
        var click1 = Share(whole.Count.Click1, impressions, low, high);
        var click7 = click1 + Share(whole.Count.Click7 - whole.Count.Click1, impressions, low, high);
        var click28 = click7 + Share(whole.Count.Click28 - whole.Count.Click7, impressions, low, high);
        var count = ByWindow.Attributed(click1, click7, click28, Share(whole.Count.View1, impressions, low, high));
        // One ad-day has one basket value per kind, so a part's value follows from its count without remainder.
        return new ActionTally(count, count.Times((whole.Value.Click28 + whole.Value.View1) / things));
    }

    private static long Share(long whole, long impressions, long low, long high) =>
        impressions == 0
            ? whole
            : (long)(((Int128)whole * high / impressions) - ((Int128)whole * low / impressions));
}
