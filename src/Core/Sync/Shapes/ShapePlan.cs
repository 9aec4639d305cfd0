using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>Cuts one question into requests of a shape. Together they ask for every day and every object exactly once.</summary>
public static class ShapePlan
{
    // More ids than these fit no address; a report is asked for by a form.
    private const int MostIdsOfAddress = 200;

    /// <summary>The requests, newest days first.</summary>
    /// <param name="account">The account.</param>
    /// <param name="report">The whole report.</param>
    /// <param name="days">The whole window.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="known">
    /// The objects, as far as they are known. The last part asks for whatever is not in the others, so an object that
    /// nobody knew is not lost.
    /// </param>
    public static IEnumerable<InsightsQuery> Of(
        AdAccountId account, InsightsReport report, DateRange days, RequestShape shape, KnownObjects known)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(known);
        var asked = report with { Fields = [.. report.Fields.Where(shape.Asks)] };
        var parts = Filters(report.Level, shape.Parts, known);
        return from piece in days.NewestFirst(shape.Days)
               from filter in parts
               select new InsightsQuery(account, filter is null ? asked : asked with { Filtering = asked.Filtering.Add(filter) }, piece)
               {
                   Asynchronous = shape.Asynchronous || filter?.Values.Length > MostIdsOfAddress,
                   PageLimit = shape.PageLimit,
               };
    }

    // The last part is all but the others: complete whatever is known.
    private static ImmutableArray<InsightsFilter?> Filters(InsightsLevel level, int parts, KnownObjects known)
    {
        var ids = known.Ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var count = level == InsightsLevel.Account || known.Level == InsightsLevel.Account ? 1 : Math.Min(parts, ids.Length);
        if (count < 2)
            return [null];
        var field = $"{known.Level.WireName()}.id";
        var filters = ImmutableArray.CreateBuilder<InsightsFilter?>(count);
        for (var part = 0; part < count - 1; part++)
            filters.Add(new InsightsFilter(field, "IN", [.. ids[(part * ids.Length / count)..((part + 1) * ids.Length / count)]]));
        filters.Add(new InsightsFilter(field, "NOT_IN", [.. ids[..((count - 1) * ids.Length / count)]]));
        return filters.MoveToImmutable();
    }
}
