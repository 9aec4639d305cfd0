using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>The <c>sort</c> parameter: one metric or one type of action, up or down.</summary>
internal sealed record RowSort(Func<Totals, decimal> Key, bool Descending)
{
    /// <summary>The order that a call asks for; null for the natural one.</summary>
    public static RowSort? Read(GraphRequest request, AdAccount account)
    {
        var names = ListParameters.Read(request, "sort");
        if (names.Count == 0)
            return null;
        if (names.Count > 1)
            throw GraphErrors.Invalid("Param sort takes one element");
        var name = names[0];
        var descending = name.EndsWith("_descending", StringComparison.Ordinal);
        if (!descending && !name.EndsWith("_ascending", StringComparison.Ordinal))
            throw GraphErrors.Invalid($"Param sort: {name} ends neither in _ascending nor in _descending");
        var field = name[..name.LastIndexOf('_')];
        return new RowSort(KeyOf(field, account) ?? throw GraphErrors.Invalid($"Param sort: rows cannot be sorted by {field}"), descending);
    }

    private static Func<Totals, decimal>? KeyOf(string field, AdAccount account) => field switch
    {
        "spend" => row => row.SpendMinor,
        "impressions" => row => row.Impressions,
        "clicks" => row => row.Clicks,
        "reach" => row => row.ReachSum,
        "ctr" => row => row.Impressions == 0 ? 0 : (decimal)row.Clicks / row.Impressions,
        "cpc" => row => row.Clicks == 0 ? 0 : (decimal)row.SpendMinor / row.Clicks,
        "cpm" => row => row.Impressions == 0 ? 0 : (decimal)row.SpendMinor / row.Impressions,
        _ when field.StartsWith("actions:", StringComparison.Ordinal) => OfActions(account.Actions.Find(field["actions:".Length..])),
        _ => null,
    };

    private static Func<Totals, decimal> OfActions(ActionType? type) => type is null ? _ => 0 : row => row.Of(type).Count.Default;
}
