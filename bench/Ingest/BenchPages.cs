using System.Globalization;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// JSON pages of ad-days as wide as real ones: ids of 18 digits, ten action types with windows, about 1.3 kB a row.
/// </summary>
internal sealed class BenchPages
{
    public const int PageRows = 500;

    public static readonly DateRange Days = new(new DateOnly(2026, 2, 2), new DateOnly(2026, 3, 1));
    public static readonly AdAccountId Account = AdAccountId.Parse("act_361744628296290");
    public static readonly InsightsReport Report = InsightsReport.Daily(InsightsLevel.Ad);

    private static readonly string[] Types =
    [
        "link_click", "landing_page_view", "page_engagement", "post_engagement", "post_reaction",
        "video_view", "view_content", "add_to_cart", "omni_purchase", "purchase",
    ];

    private readonly byte[][] _pages;

    private BenchPages(byte[][] pages, int count) => (_pages, Count) = (pages, count);

    public int Count { get; }

    /// <param name="count">Rows.</param>
    /// <param name="restatedPercent">This share of the rows gets another spend, evenly strewn.</param>
    public static BenchPages Make(int count, int restatedPercent = 0)
    {
        var chance = new Random(7);
        var pages = new byte[(count + PageRows - 1) / PageRows][];
        var text = new StringBuilder();
        for (var page = 0; page < pages.Length; page++)
        {
            text.Clear().Append("{\"data\":[");
            for (var index = page * PageRows; index < Math.Min(count, (page + 1) * PageRows); index++)
            {
                if (index % PageRows > 0)
                    text.Append(',');
                Append(text, index, chance, restatedPercent);
            }

            pages[page] = Encoding.UTF8.GetBytes(text.Append("]}").ToString());
        }

        return new BenchPages(pages, count);
    }

    /// <summary>The first pages of it.</summary>
    public BenchPages Take(int pages) => new(_pages[..Math.Min(pages, _pages.Length)], Math.Min(Count, pages * PageRows));

    /// <summary>Parses the pages one after the other, as the client does. The caller disposes them.</summary>
    public IEnumerable<InsightPage> Parse()
    {
        var parser = new PageParser(new InsightsQuery(Account, Report, Days), new Scrubber(token: null), maxBytes: 1 << 28);
        for (var number = 0; number < _pages.Length; number++)
        {
            using var body = new MemoryStream(_pages[number], writable: false);
            var parsing = parser.ParseAsync(body, number, CancellationToken.None);
            yield return parsing.IsCompleted ? parsing.Result.Page! : throw new InvalidOperationException("The whole body is in memory.");
        }
    }

    /// <summary>All rows, parsed; their pages stay in memory.</summary>
    public InsightRow[] Rows() => [.. Parse().SelectMany(page => page.Rows.ToArray())];

    private static void Append(StringBuilder text, int index, Random chance, int restatedPercent)
    {
        var (ad, day) = (index / Days.Days, DateRange.Iso(Days.Since.AddDays(index % Days.Days)));
        var (impressions, spend) = (chance.Next(1, 50_000), chance.Next(1, 100_000) / 100m);
        if (restatedPercent > 0 && index * 7919L % 100 < restatedPercent)
            spend += 0.01m;
        text.Append(CultureInfo.InvariantCulture,
            $$"""{"account_id":"361744628296290","campaign_id":"{{120240000000000000 + (ad / 20)}}","adset_id":"{{120241000000000000 + (ad / 4)}}","ad_id":"{{120242000000000000 + ad}}","account_currency":"EUR","attribution_setting":"7d_click","impressions":"{{impressions}}","clicks":"{{impressions / 50}}","reach":"{{impressions - 1}}","spend":"{{spend}}","actions":[""");
        for (var type = 0; type < Types.Length; type++)
        {
            var value = chance.Next(1, 500);
            text.Append(CultureInfo.InvariantCulture,
                $$"""{{(type > 0 ? "," : "")}}{"action_type":"{{Types[type]}}","value":"{{value}}","1d_click":"{{value / 3}}","7d_click":"{{value / 2}}","28d_click":"{{value}}"}""");
        }

        text.Append(CultureInfo.InvariantCulture, $$"""],"date_start":"{{day}}","date_stop":"{{day}}"}""");
    }
}
