using System.Globalization;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Time;

namespace MetaGrains.Bench.Graph;

/// <summary>
/// An account of exactly so many ads, each of which delivers every day, as a folder of the form that the simulator
/// reads recordings from. Disposing it deletes the folder.
/// </summary>
internal sealed class MadeAccount : IDisposable
{
    private const string Number = "361744628296290";

    // Twenty ads in a set and five sets in a campaign, as in large accounts.
    private const int AdsOfSet = 20;
    private const int SetsOfCampaign = 5;

    private static readonly (string Type, int Rarity)[] Actions = [("link_click", 90), ("landing_page_view", 140), ("purchase", 4_000)];

    public MadeAccount(int ads)
    {
        Ads = ads;
        Folder = Directory.CreateTempSubdirectory("metagrains-bench-").FullName;
        var sets = (ads + AdsOfSet - 1) / AdsOfSet;
        var campaigns = (sets + SetsOfCampaign - 1) / SetsOfCampaign;
        Write("accounts.csv", "id,name,account_id,business_name,currency", [$"act_{Number},Bench,{Number},Bench,EUR"]);
        Write(
            "query_200_campaigns.csv",
            "id,name,account_id,bid_strategy,budget_remaining,buying_type,configured_status,created_time,daily_budget,effective_status,objective,spend_cap,status",
            Range(campaigns, campaign => $"{Campaign(campaign)},Campaign {campaign},{Number},,0,AUCTION,ACTIVE,2026-01-05T16:00:38+0100,,ACTIVE,OUTCOME_LEADS,,ACTIVE"));
        Write(
            "query_173_adsets.csv",
            "id,account_id,billing_event,budget_remaining,campaign_id,configured_status,created_time,effective_status",
            Range(sets, set => $"{AdSet(set)},{Number},IMPRESSIONS,0,{Campaign(set / SetsOfCampaign)},ACTIVE,2026-01-05T16:00:38+0100,ACTIVE"));
        Write(
            "query_163_ads.csv",
            "id,name,account_id,adset_id,campaign_id,created_time,effective_status,status",
            Range(ads, ad => $"{Ad(ad)},Ad {ad},{Number},{Parents(ad)},2026-01-05T16:00:38+0100,ACTIVE,ACTIVE"));
        WriteDays();
    }

    /// <summary>When the account is read: three whole days have just passed.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 3, 6, 12, 0, 0, TimeSpan.FromHours(1));

    /// <summary>The days that an incremental sync reads again.</summary>
    public static DateRange Days { get; } = new(new DateOnly(2026, 3, 3), new DateOnly(2026, 3, 5));

    public static AdAccountId Account { get; } = AdAccountId.Parse(Number);

    public int Ads { get; }

    public string Folder { get; }

    /// <summary>Ad-days.</summary>
    public int Rows => Ads * Days.Days;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteDays()
    {
        var (feed, actions) = (new List<string>(), new List<string>());
        for (var day = 0; day < Days.Days; day++)
        {
            var date = DateRange.Iso(Days.Since.AddDays(day));
            for (var ad = 0; ad < Ads; ad++)
            {
                var impressions = 100 + ((ad * 7919L) + (day * 104_729L)) % 40_000;
                feed.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{Number},{Ad(ad)},Ad {ad},{AdSet(ad / AdsOfSet)},Set {ad / AdsOfSet},{Campaign(ad / AdsOfSet / SetsOfCampaign)},Campaign,{date},{date},{impressions},{impressions / 90},{impressions / 70}.{ad % 100:00},{impressions * 2 / 3}"));
                foreach (var (type, rarity) in Actions)
                    actions.Add(string.Create(CultureInfo.InvariantCulture, $"{Ad(ad)},{date},{date},actions,{type},{1 + (impressions / rarity)}"));
            }
        }

        Write("query_36_insights.csv", "account_id,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,date_start,date_stop,impressions,clicks,spend,reach", feed);
        Write("query_22_insights.csv", "ad_id,date_start,date_stop,ads_action_name,action_type,value", actions);
        Write("query_39_insights.csv", "adset_id,date_start,reach", []);
        Write("query_81_insights.csv", "campaign_id,date_start,reach", []);
    }

    private void Write(string file, string header, IEnumerable<string> lines) =>
        File.WriteAllText(Path.Combine(Folder, file), string.Join('\n', lines.Prepend(header)) + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static IEnumerable<string> Range(int count, Func<int, string> line) => Enumerable.Range(0, count).Select(line);

    private static string Parents(int ad) => $"{AdSet(ad / AdsOfSet)},{Campaign(ad / AdsOfSet / SetsOfCampaign)}";

    private static string Campaign(int number) => Id(120_236_952_500_000_604, number);

    private static string AdSet(int number) => Id(120_236_953_500_000_604, number);

    private static string Ad(int number) => Id(120_236_954_500_000_604, number);

    private static string Id(long first, int number) => (first + (number * 10_000L)).ToString(CultureInfo.InvariantCulture);
}
