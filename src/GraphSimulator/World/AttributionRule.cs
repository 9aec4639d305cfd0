namespace MetaGrains.GraphSimulator.World;

/// <summary>What an ad set's attribution setting counts: conversions within a day or a week of a click, and after a view or not.</summary>
internal readonly record struct AttributionRule(bool SevenDays, bool Views)
{
    /// <summary>The setting of every ad set, unless they are mixed.</summary>
    public const string Usual = "1d_view_7d_click";

    /// <summary>The settings of a mixed world, the usual one most often.</summary>
    public static IReadOnlyList<string> Mixed { get; } = [Usual, Usual, Usual, "7d_click", "1d_click", "1d_view_1d_click"];

    public static AttributionRule Of(AdEntity ad)
    {
        var setting = ad.Above(EntityKind.AdSet)?.AttributionSetting ?? Usual;
        return new AttributionRule(setting.Contains("7d_click", StringComparison.Ordinal), setting.Contains("1d_view", StringComparison.Ordinal));
    }

    /// <summary>The tally with the value that the setting gives it; its windows stay.</summary>
    public ActionTally Apply(ActionTally tally) => new(Apply(tally.Count), Apply(tally.Value));

    private ByWindow Apply(ByWindow number) => number with { Default = (SevenDays ? number.Click7 : number.Click1) + (Views ? number.View1 : 0) };
}
