namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Fields of an insights row that this server has data for.</summary>
internal enum InsightsField
{
    AccountId,
    AccountName,
    AccountCurrency,
    CampaignId,
    CampaignName,
    AdSetId,
    AdSetName,
    AdId,
    AdName,
    Objective,
    BuyingType,
    OptimizationGoal,
    AttributionSetting,
    CreatedTime,
    UpdatedTime,
    Impressions,
    Clicks,
    Reach,
    Frequency,
    Spend,
    Ctr,
    Cpc,
    Cpm,
    Cpp,
    InlineLinkClicks,
    InlineLinkClickCtr,
    CostPerInlineLinkClick,
    OutboundClicks,
    VideoPlayActions,
    Actions,
    ActionValues,
    CostPerActionType,
    PurchaseRoas,
    WebsitePurchaseRoas,
}

/// <summary>The names of fields.</summary>
internal static class InsightsFields
{
    private static readonly Dictionary<string, InsightsField> ByName = new(StringComparer.Ordinal)
    {
        ["account_id"] = InsightsField.AccountId,
        ["account_name"] = InsightsField.AccountName,
        ["account_currency"] = InsightsField.AccountCurrency,
        ["campaign_id"] = InsightsField.CampaignId,
        ["campaign_name"] = InsightsField.CampaignName,
        ["adset_id"] = InsightsField.AdSetId,
        ["adset_name"] = InsightsField.AdSetName,
        ["ad_id"] = InsightsField.AdId,
        ["ad_name"] = InsightsField.AdName,
        ["objective"] = InsightsField.Objective,
        ["buying_type"] = InsightsField.BuyingType,
        ["optimization_goal"] = InsightsField.OptimizationGoal,
        ["attribution_setting"] = InsightsField.AttributionSetting,
        ["created_time"] = InsightsField.CreatedTime,
        ["updated_time"] = InsightsField.UpdatedTime,
        ["impressions"] = InsightsField.Impressions,
        ["clicks"] = InsightsField.Clicks,
        ["reach"] = InsightsField.Reach,
        ["frequency"] = InsightsField.Frequency,
        ["spend"] = InsightsField.Spend,
        ["ctr"] = InsightsField.Ctr,
        ["cpc"] = InsightsField.Cpc,
        ["cpm"] = InsightsField.Cpm,
        ["cpp"] = InsightsField.Cpp,
        ["inline_link_clicks"] = InsightsField.InlineLinkClicks,
        ["inline_link_click_ctr"] = InsightsField.InlineLinkClickCtr,
        ["cost_per_inline_link_click"] = InsightsField.CostPerInlineLinkClick,
        ["outbound_clicks"] = InsightsField.OutboundClicks,
        ["video_play_actions"] = InsightsField.VideoPlayActions,
        ["actions"] = InsightsField.Actions,
        ["action_values"] = InsightsField.ActionValues,
        ["cost_per_action_type"] = InsightsField.CostPerActionType,
        ["purchase_roas"] = InsightsField.PurchaseRoas,
        ["website_purchase_roas"] = InsightsField.WebsitePurchaseRoas,
    };

    // Meta has these; no ad of this world ever has data in them, and an empty metric is left out of its row.
    private static readonly HashSet<string> AlwaysEmpty = new(
        [
            "unique_clicks", "unique_ctr", "cost_per_unique_click", "social_spend", "conversions", "conversion_values",
            "cost_per_conversion", "mobile_app_purchase_roas", "video_thruplay_watched_actions", "video_p25_watched_actions",
            "video_p50_watched_actions", "video_p75_watched_actions", "video_p95_watched_actions", "video_p100_watched_actions",
            "video_30_sec_watched_actions", "video_avg_time_watched_actions", "quality_ranking", "engagement_rate_ranking",
            "conversion_rate_ranking", "unique_actions", "outbound_clicks_ctr", "canvas_avg_view_time", "date_start", "date_stop",
        ],
        StringComparer.Ordinal);

    /// <summary>Fields of a row when none are named.</summary>
    public static IReadOnlyList<InsightsField> Default { get; } = [InsightsField.Impressions, InsightsField.Spend];

    /// <summary>Reads a name.</summary>
    /// <param name="field">Null for a field that never has data, or that every row has anyway (the dates).</param>
    /// <returns>False when Meta has no such field.</returns>
    public static bool TryParse(string name, out InsightsField? field)
    {
        field = ByName.TryGetValue(name, out var found) ? found : null;
        return field is not null || AlwaysEmpty.Contains(name);
    }
}
