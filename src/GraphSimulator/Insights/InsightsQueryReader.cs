using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Turns the parameters of an insights call into a query, or into the error that Meta would give.</summary>
internal sealed class InsightsQueryReader(GraphSimulatorOptions options)
{
    /// <param name="node">The object that was called; null for the account.</param>
    /// <param name="takesAll">All rows are wanted, not a page of them.</param>
    public InsightsQuery Read(GraphRequest request, AdAccount account, AdEntity? node, bool isAsync = false, bool takesAll = false)
    {
        var level = Level(request, node);
        var filters = InsightsFilters.Read(request, account.Currency);
        Refuse(request);
        // A report run takes any limit: its rows are paged when they are read.
        var (skip, take) = takesAll ? (0, int.MaxValue) : ReadPage(request);
        var periods = InsightsPeriods.Read(request, account);
        return new InsightsQuery
        {
            Account = account,
            Level = level,
            Fields = Fields(request),
            Periods = periods,
            Groups = Groups(account, node, level, filters),
            Filters = filters,
            Windows = AttributionWindows(request),
            Breakdown = BreakdownRules.Read(request, account, periods, isAsync, options.OptedInToBreakdowns),
            Split = ActionSplit.Read(request),
            Skip = skip,
            Take = take,
        };
    }

    /// <summary>The place and size of the page that a call asks for.</summary>
    public (long Skip, int Take) ReadPage(GraphRequest request) => Page(request, Paging.Limit(request, options.MaxRowsPerPage));

    private static EntityKind? Level(GraphRequest request, AdEntity? node)
    {
        var level = request.Find("level") switch
        {
            null => node?.Kind,
            "account" => null,
            "campaign" => EntityKind.Campaign,
            "adset" => EntityKind.AdSet,
            "ad" => (EntityKind?)EntityKind.Ad,
            _ => throw GraphErrors.Invalid("Param level must be one of {ad, adset, campaign, account}"),
        };
        return level is { } kind ? (node is null || kind >= node.Kind ? kind : throw Above()) : node is null ? null : throw Above();

        GraphException Above() => GraphErrors.Invalid("Param level must not be above the object that is called");
    }

    private static IReadOnlyList<InsightsField> Fields(GraphRequest request)
    {
        var names = ListParameters.Fields(request);
        if (names.Count == 0)
            return InsightsFields.Default;
        var fields = new List<InsightsField>();
        foreach (var name in names)
        {
            if (!InsightsFields.TryParse(name, out var field))
                throw GraphErrors.UnknownField(name, "AdsInsights");
            if (field is { } known)
                fields.Add(known);
        }

        return fields;
    }

    private static (long Skip, int Take) Page(GraphRequest request, int limit)
    {
        if (request.Find("after") is { Length: > 0 } after)
            return Cursors.TryRead(after, out var last) ? (last + 1, limit) : throw GraphErrors.BadCursor();
        if (request.Find("before") is not { Length: > 0 } before)
            return (0, limit);
        if (!Cursors.TryRead(before, out var first))
            throw GraphErrors.BadCursor();
        var skip = Math.Max(0, first - limit);
        return (skip, (int)(first - skip));
    }

    private static Windows AttributionWindows(GraphRequest request)
    {
        var windows = Windows.None;
        foreach (var name in ListParameters.Read(request, "action_attribution_windows"))
        {
            windows |= name switch
            {
                "1d_click" => Windows.Click1,
                "7d_click" => Windows.Click7,
                "28d_click" => Windows.Click28,
                "1d_view" => Windows.View1,
                // Accepted and without data: 7d_view and 28d_view answer nothing since 2026-01-12, the others never apply here.
                "default" or "7d_view" or "28d_view" or "1d_ev" or "dda" or "custom" or "incrementality" or "incrementality_all_conversions"
                    or "incrementality_first_conversion" or "1d_sequenced" or "7d_sequenced" or "28d_sequenced" => Windows.None,
                _ when name.StartsWith("skan_", StringComparison.Ordinal) || Counted(name) => Windows.None,
                _ => throw GraphErrors.Invalid($"Param action_attribution_windows: {name} is not a window"),
            };
        }

        return windows;
    }

    // Windows that count conversions one by one: accepted, and without data here.
    private static bool Counted(string name) =>
        name.EndsWith("_first_conversion", StringComparison.Ordinal) || name.EndsWith("_all_conversions", StringComparison.Ordinal);

    // What would change the answer and is not done is refused: a wrong answer would be worse.
    private static void Refuse(GraphRequest request)
    {
        foreach (var parameter in (string[])["export_format", "product_id_limit"])
        {
            if (request.Find(parameter) is { Length: > 0 })
                throw GraphErrors.Invalid($"Param {parameter} is not served by this simulator");
        }
    }

    private List<RowGroup> Groups(AdAccount account, AdEntity? node, EntityKind? level, InsightsFilters filters)
    {
        var ads = account.Ads.Where(ad => (node is null || ad.Above(node.Kind) == node) && filters.Accepts(ad));
        if (level is not { } kind)
            return [new RowGroup(null, [.. ads])];
        var groups = new List<RowGroup>();
        foreach (var group in ads.GroupBy(ad => ad.Above(kind)!))
        {
            if (group.Key == node || Shows(group.Key, filters.StatusOf.Contains(kind)))
                groups.Add(new RowGroup(group.Key, [.. group]));
        }

        groups.Sort((a, b) => a.Entity!.Index.CompareTo(b.Entity!.Index));
        return groups;
    }

    // A filter on the status brings archived objects back; deleted ones only where the switch says so.
    private bool Shows(AdEntity entity, bool statusAsked) =>
        !options.HideArchivedRows
        || !entity.IsPutAway
        || (statusAsked && (entity.EffectiveStatus == "ARCHIVED" || options.DeletedOnEdges == DeletedOnEdges.Return));
}
