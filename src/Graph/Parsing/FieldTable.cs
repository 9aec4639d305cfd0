using System.Text;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <summary>What a top-level key of a row means to the query.</summary>
internal enum FieldKind
{
    AccountId,
    Currency,
    AttributionSetting,
    CampaignId,
    AdSetId,
    AdId,
    Impressions,
    Clicks,
    Reach,
    Spend,
    DateStart,
    DateStop,
    ActionList,
    Breakdown,
}

/// <summary>The keys that a row of one report is read for. Every other key is left to the raw row.</summary>
internal sealed class FieldTable
{
    // AdsActionStats lists by type in the SDKs' adsinsights; histograms and results have other shapes.
    private static readonly HashSet<string> ActionStats = new(StringComparer.Ordinal)
    {
        "actions", "action_values", "ad_click_actions", "ad_impression_actions", "average_purchases_conversion_value",
        "catalog_segment_actions", "catalog_segment_value", "catalog_segment_value_mobile_purchase_roas",
        "catalog_segment_value_omni_purchase_roas", "catalog_segment_value_website_purchase_roas",
        "conversion_lead_rate", "conversion_leads", "conversion_values", "conversions",
        "converted_product_quantity", "converted_product_value", "cost_per_15_sec_video_view",
        "cost_per_2_sec_continuous_video_view", "cost_per_action_type", "cost_per_ad_click", "cost_per_conversion",
        "cost_per_conversion_lead", "cost_per_one_thousand_ad_impression", "cost_per_outbound_click",
        "cost_per_thruplay", "cost_per_unique_action_type", "cost_per_unique_conversion",
        "cost_per_unique_outbound_click", "instant_experience_outbound_clicks", "interactive_component_tap",
        "mobile_app_purchase_roas", "onsite_conversion_messaging_detected_purchase_deduped", "outbound_clicks",
        "outbound_clicks_ctr", "purchase_roas", "total_postbacks_detailed", "total_postbacks_detailed_v4",
        "unique_actions", "unique_conversions", "unique_outbound_clicks", "unique_outbound_clicks_ctr",
        "unique_video_continuous_2_sec_watched_actions", "unique_video_view_15_sec",
        "video_15_sec_watched_actions", "video_30_sec_watched_actions", "video_avg_time_watched_actions",
        "video_continuous_2_sec_watched_actions", "video_p100_watched_actions", "video_p25_watched_actions",
        "video_p50_watched_actions", "video_p75_watched_actions", "video_p95_watched_actions", "video_play_actions",
        "video_thruplay_watched_actions", "video_time_watched_actions", "video_view_per_impression", "website_ctr",
        "website_purchase_roas",
    };

    // Keys that the row is not read for are numbered behind the others; beyond so many they are looked up in every row.
    private const int MaxUnread = 256;

    private readonly NameTable _names = new();
    private int[] _following;
    private readonly List<(FieldKind Kind, int Index)> _fields = [];
    private readonly (FieldKind Kind, int Index)[] _byNumber;

    public FieldTable(InsightsReport report)
    {
        Breakdowns = [.. report.Breakdowns.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        ActionLists = [.. report.Fields.Where(ActionStats.Contains).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Add("account_id", FieldKind.AccountId);
        Add("account_currency", FieldKind.Currency);
        Add("attribution_setting", FieldKind.AttributionSetting);
        Add("campaign_id", FieldKind.CampaignId);
        Add("adset_id", FieldKind.AdSetId);
        Add("ad_id", FieldKind.AdId);
        Add("impressions", FieldKind.Impressions);
        Add("clicks", FieldKind.Clicks);
        Add("reach", FieldKind.Reach);
        Add("spend", FieldKind.Spend);
        Add("date_start", FieldKind.DateStart);
        Add("date_stop", FieldKind.DateStop);
        for (var index = 0; index < ActionLists.Count; index++)
            Add(ActionLists[index], FieldKind.ActionList, index);
        for (var index = 0; index < Breakdowns.Count; index++)
            Add(Breakdowns[index], FieldKind.Breakdown, index);
        _byNumber = [.. _fields];
        _following = new int[2 * (Count + 1)];
    }

    /// <summary>Breakdown names in ordinal order.</summary>
    public IReadOnlyList<string> Breakdowns { get; }

    /// <summary>Names of the requested action lists in ordinal order.</summary>
    public IReadOnlyList<string> ActionLists { get; }

    /// <summary>Number of keys.</summary>
    public int Count => _fields.Count;

    /// <summary>The key that followed another one last time: rows of an answer mostly have the same keys in the same order.</summary>
    /// <param name="previous">Number of the other key, or -1 at the row's start or when it has none.</param>
    public int Following(int previous) => _following[previous + 1];

    /// <summary>The key as it stands in JSON.</summary>
    public ref readonly JsonText Json(int field) => ref _names.Json(field);

    /// <summary>The key's number: from <see cref="Count"/> on, or -1, when the row is not read for it.</summary>
    /// <param name="previous">The key before it.</param>
    public int Find(ReadOnlySpan<byte> name, int previous)
    {
        var field = _names.Count < Count + MaxUnread ? _names.FindOrAdd(name) : _names.Find(name);
        if (_names.Count >= _following.Length)
            Array.Resize(ref _following, _names.Count * 2);
        if (field >= 0)
            _following[previous + 1] = field;
        return field;
    }

    /// <summary>What the key means; the index counts action lists or breakdowns.</summary>
    public (FieldKind Kind, int Index) this[int field] => _byNumber[field];

    /// <summary>The key itself, for messages.</summary>
    public string Name(int field) => Encoding.UTF8.GetString(_names.Name(field));

    private void Add(string name, FieldKind kind, int index = 0)
    {
        // A name that is two things, such as a field listed as a breakdown, keeps its first meaning.
        if (_names.FindOrAdd(Encoding.UTF8.GetBytes(name)) == _fields.Count)
            _fields.Add((kind, index));
    }
}
