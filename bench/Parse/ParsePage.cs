using System.Globalization;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;

namespace MetaGrains.Bench.Parse;

/// <summary>
/// One fixed page, as wide as the real answers of an ad-level report by device and platform: 25 fields, names as long
/// as people make them, six actions with two windows each.
/// </summary>
internal static class ParsePage
{
    public const int Rows = 500;

    private static readonly string[] Types =
        ["link_click", "landing_page_view", "page_engagement", "post_engagement", "omni_purchase", "offsite_conversion.fb_pixel_purchase"];

    private static readonly string[] Devices = ["android_smartphone", "desktop", "iphone", "ipad", "android_tablet"];
    private static readonly string[] Platforms = ["facebook", "instagram", "audience_network", "messenger"];

    public static InsightsQuery Query { get; } = new(
        AdAccountId.Parse("361744628296290"),
        InsightsReport.Daily(InsightsLevel.Ad) with
        {
            Fields = ["account_name", "campaign_name", "objective", "adset_name", "ad_name", "impressions", "reach", "frequency", "clicks", "ctr", "cpc", "cpm", "spend", "actions", "optimization_goal"],
            Breakdowns = ["impression_device", "publisher_platform"],
        },
        new DateRange(new DateOnly(2025, 12, 6), new DateOnly(2026, 3, 5)));

    /// <summary>The page: the same bytes every time.</summary>
    public static byte[] Make()
    {
        var chance = new Random(34);
        var text = new StringBuilder("{\"data\":[");
        for (var row = 0; row < Rows; row++)
        {
            if (row > 0)
                text.Append(',');
            Append(text, row, chance);
        }

        text.Append("],\"paging\":{\"cursors\":{\"before\":\"MAZDZD\",\"after\":\"NTAwZD\"},\"next\":\"https:\\/\\/graph.facebook.com\\/v25.0\\/1\\/insights?limit=500&after=NTAwZD\"}}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, int row, Random chance)
    {
        var ad = row / 20;
        var (impressions, clicks) = (chance.Next(1, 50_000), chance.Next(0, 900));
        var spend = chance.Next(1, 100_000) / 100m;
        var day = DateRange.Iso(Query.Days.Since.AddDays(row % Query.Days.Days));
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            {"account_id":"361744628296290","account_name":"Example G+S","account_currency":"EUR","attribution_setting":"1d_view_7d_click_1d_ev","campaign_id":"{{120236952548020604 + (ad / 6)}}","campaign_name":"HD-Example-PR&RTG-Global-Webinar-How_does_a_ceo_kick_start_data_transformation-Lead","objective":"OUTCOME_LEADS","optimization_goal":"LEAD_GENERATION","adset_id":"{{120236952548000604 + (ad / 3)}}","adset_name":"RMK_Global_Mix","ad_id":"{{120236952547970604 + ad}}","ad_name":"lead_banner_bubble_dark_GMT","impressions":"{{impressions}}","reach":"{{impressions * 2 / 3}}","frequency":"1.{{chance.Next(100_000, 999_999)}}","clicks":"{{clicks}}","ctr":"{{chance.Next(1, 9)}}.{{chance.Next(100_000, 999_999)}}","cpc":"0.{{chance.Next(100_000, 999_999)}}","cpm":"{{chance.Next(1, 99)}}.{{chance.Next(100_000, 999_999)}}","spend":"{{spend}}","actions":[
            """);
        for (var type = 0; type < Types.Length; type++)
        {
            var value = chance.Next(1, 500);
            text.Append(CultureInfo.InvariantCulture,
                $$"""{{(type > 0 ? "," : "")}}{"action_type":"{{Types[type]}}","value":"{{value}}","1d_click":"{{value / 3}}","7d_click":"{{value / 2}}"}""");
        }

        text.Append(CultureInfo.InvariantCulture,
            $$"""],"impression_device":"{{Devices[row % Devices.Length]}}","publisher_platform":"{{Platforms[row % Platforms.Length]}}","date_start":"{{day}}","date_stop":"{{day}}"}""");
    }
}
