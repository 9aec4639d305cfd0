using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Turns the parameters of an insights call into a query, or into the error that Meta would give.</summary>
internal sealed class InsightsQueryReader(int mostRowsPerPage, bool hideArchived)
{
    /// <param name="node">The object that was called; null for the account.</param>
    public InsightsQuery Read(GraphRequest request, AdAccount account, AdEntity? node)
    {
        var level = Level(request, node);
        var filters = InsightsFilters.Read(request, account.Currency);
        Refuse(request);
        var limit = Paging.Limit(request, mostRowsPerPage);
        var (skip, take) = Page(request, limit);
        return new InsightsQuery
        {
            Account = account,
            Level = level,
            Fields = Fields(request),
            Periods = InsightsPeriods.Read(request, account),
            Groups = Groups(account, node, level, filters),
            Filters = filters,
            Windows = AttributionWindows(request),
            Shares = Breakdowns(request, account),
            Skip = skip,
            Take = take,
        };
    }

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
                "default" or "7d_view" or "28d_view" or "1d_ev" or "dda" or "incrementality" => Windows.None,
                _ => throw GraphErrors.Invalid($"Param action_attribution_windows: {name} is not a window"),
            };
        }

        return windows;
    }

    private static BreakdownShares? Breakdowns(GraphRequest request, AdAccount account)
    {
        var names = ListParameters.Read(request, "breakdowns");
        if (names.Count == 0)
            return null;
        names.Sort(StringComparer.Ordinal);
        Breakdown? breakdown = string.Join(',', names) switch
        {
            "age" => Breakdown.Age,
            "gender" => Breakdown.Gender,
            "age,gender" => Breakdown.AgeGender,
            "country" => Breakdown.Country,
            "publisher_platform" => Breakdown.Platform,
            _ => null,
        };
        if (breakdown is not { } known)
            throw GraphErrors.Invalid($"Current combination of data breakdown columns ({string.Join(", ", names)}) is invalid");
        return account.SharesOf(known)
            ?? throw GraphErrors.Invalid("This account is a recording, and the recording has no breakdowns for its days");
    }

    // What would change the answer and is not done is refused: a wrong answer would be worse.
    private static void Refuse(GraphRequest request)
    {
        foreach (var parameter in (string[])["sort", "summary", "default_summary", "export_format", "product_id_limit"])
        {
            if (request.Find(parameter) is { Length: > 0 })
                throw GraphErrors.Invalid($"Param {parameter} is not served by this simulator");
        }

        if (ListParameters.Read(request, "action_breakdowns").Any(name => name != "action_type"))
            throw GraphErrors.Invalid("Param action_breakdowns: this simulator serves action_type alone");
    }

    private List<RowGroup> Groups(AdAccount account, AdEntity? node, EntityKind? level, InsightsFilters filters)
    {
        var ads = account.Ads.Where(ad => (node is null || ad.Above(node.Kind) == node) && filters.Accepts(ad));
        if (level is not { } kind)
            return [new RowGroup(null, [.. ads])];
        var groups = new List<RowGroup>();
        foreach (var group in ads.GroupBy(ad => ad.Above(kind)!))
        {
            if (!hideArchived || group.Key == node || filters.StatusOf.Contains(kind) || !IsPutAway(group.Key))
                groups.Add(new RowGroup(group.Key, [.. group]));
        }

        groups.Sort((a, b) => a.Entity!.Index.CompareTo(b.Entity!.Index));
        return groups;
    }

    private static bool IsPutAway(AdEntity entity) => entity.EffectiveStatus is "ARCHIVED" or "DELETED";
}
