using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>
/// The attribution setting of what stands above ad sets: theirs when they agree, else <c>multiple</c> (recorded), and
/// none when none is known.
/// </summary>
internal sealed class ParentSettings(AdAccount account)
{
    private readonly Dictionary<long, string?> _known = [];

    /// <param name="campaign">Null for the account.</param>
    public string? Of(AdEntity? campaign)
    {
        var key = campaign?.Id ?? 0;
        if (!_known.TryGetValue(key, out var setting))
            _known.Add(key, setting = Derive(campaign));
        return setting;
    }

    private string? Derive(AdEntity? campaign)
    {
        string? common = null;
        foreach (var adSet in account.AdSets)
        {
            if (adSet.AttributionSetting is not { } setting || (campaign is not null && adSet.Parent != campaign))
                continue;
            if (common is not null && common != setting)
                return "multiple";
            common = setting;
        }

        return common;
    }
}
