using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>How large a question is before it is answered: at most this many rows, and this many ad-days to walk for them.</summary>
internal readonly record struct QuerySize(long Rows, int Fields, long AdDays)
{
    public static QuerySize Of(InsightsQuery query)
    {
        long periods = 0, days = 0;
        foreach (var period in query.Periods)
        {
            var since = period.Since > query.Account.FirstDay ? period.Since : query.Account.FirstDay;
            var until = period.Until < query.Account.Today ? period.Until : query.Account.Today;
            if (since > until)
                continue;
            periods++;
            days += until.DayNumber - since.DayNumber + 1;
        }

        var ads = query.Groups.Sum(group => (long)group.Ads.Length);
        return new QuerySize(periods * query.Groups.Count * (query.Shares?.Cells.Count ?? 1), Math.Max(1, query.Fields.Count), ads * days);
    }

    public bool TooManyDataPoints(SimulatedDataLimits limits) => Rows * Fields > limits.DataPointsPerCall;

    /// <summary>Why a synchronous read is refused; null when it is not.</summary>
    public GraphError? Refusal(SimulatedDataLimits limits) =>
        TooManyDataPoints(limits) ? GraphErrors.TooManyDataPoints()
        : AdDays > limits.SyncAdDays ? GraphErrors.SyncTimeout(limits.SyncTimeoutIsService)
        : null;
}
