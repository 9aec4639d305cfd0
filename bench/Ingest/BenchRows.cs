using System.Globalization;
using System.Text;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Bench.Ingest;

/// <summary>Ad-days as wide as real ones: ids of 18 digits, ten action types with windows, about 1.5 kB of raw JSON.</summary>
internal static class BenchRows
{
    public static readonly DateRange Days = new(new DateOnly(2026, 2, 2), new DateOnly(2026, 3, 1));

    private static readonly string[] Types =
    [
        "link_click", "landing_page_view", "page_engagement", "post_engagement", "post_reaction",
        "video_view", "view_content", "add_to_cart", "omni_purchase", "purchase",
    ];

    /// <param name="count">Rows.</param>
    /// <param name="restatedPercent">This share of the rows gets another spend, evenly strewn.</param>
    public static InsightRow[] Make(int count, int restatedPercent = 0)
    {
        var chance = new Random(7);
        var rows = new InsightRow[count];
        for (var index = 0; index < count; index++)
        {
            var (ad, day) = (index / Days.Days, index % Days.Days);
            var spend = chance.Next(1, 100_000) / 100m;
            var actions = Actions(chance);
            if (restatedPercent > 0 && index * 7919L % 100 < restatedPercent)
                spend += 0.01m;
            rows[index] = Row(ad, Days.Since.AddDays(day), spend, chance.Next(1, 50_000), actions);
        }

        return rows;
    }

    private static InsightRow Row(int ad, DateOnly date, decimal spend, int impressions, string actions)
    {
        var row = string.Create(CultureInfo.InvariantCulture,
            $$"""{"account_id":"361744628296290","campaign_id":"{{120240000000000000 + (ad / 20)}}","adset_id":"{{120241000000000000 + (ad / 4)}}","ad_id":"{{120242000000000000 + ad}}","account_currency":"EUR","attribution_setting":"7d_click","impressions":"{{impressions}}","clicks":"{{impressions / 50}}","reach":"{{impressions - 1}}","spend":"{{spend}}","actions":{{actions}},"date_start":"{{DateRange.Iso(date)}}","date_stop":"{{DateRange.Iso(date)}}"}""");
        return new InsightRow
        {
            Date = date,
            CampaignId = (120240000000000000 + (ad / 20)).ToString(CultureInfo.InvariantCulture),
            AdSetId = (120241000000000000 + (ad / 4)).ToString(CultureInfo.InvariantCulture),
            AdId = (120242000000000000 + ad).ToString(CultureInfo.InvariantCulture),
            Currency = "EUR",
            AttributionSetting = "7d_click",
            Impressions = impressions,
            Clicks = impressions / 50,
            Reach = impressions - 1,
            Spend = spend,
            Conversions = new ConversionTotals(3, 120.5m, 0, 0),
            BreakdownKey = "",
            Actions = Encoding.UTF8.GetBytes($$"""{"actions":{{actions}}}"""),
            Raw = Encoding.UTF8.GetBytes(row),
        };
    }

    private static string Actions(Random chance)
    {
        var text = new StringBuilder("[");
        foreach (var type in Types)
        {
            var value = chance.Next(1, 500);
            text.Append(CultureInfo.InvariantCulture,
                $$"""{{(text.Length > 1 ? "," : "")}}{"action_type":"{{type}}","value":"{{value}}","1d_click":"{{value / 3}}","7d_click":"{{value / 2}}","28d_click":"{{value}}"}""");
        }

        return text.Append(']').ToString();
    }
}
