using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>Reads the recorded account of <c>keboola_meta_account</c> (SOURCES.md beside it says what each file is).</summary>
internal static class RecordedFolder
{
    private const string Inner = "keboola_meta_account/v23_recorded_2026-03-06";
    private const string Feed = "query_36_insights.csv";
    private const string FeedActions = "query_22_insights.csv";

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="RecordedDataException">Something is missing or wrong.</exception>
    public static RecordedBooks Read(string directory)
    {
        var folder = Locate(directory);
        var accounts = RecordedTable.Read(folder, "accounts.csv", "id", "name", "account_id", "business_name", "currency");
        if (accounts.Lines is not [var account])
            throw new RecordedDataException($"accounts.csv: {accounts.Lines.Count} accounts; exactly one is served.");
        var number = account.Id("account_id");
        if (account.Text("id") != $"act_{number}")
            throw account.Wrong("id", $"{RecordedTable.Shown(account.Text("id"))} is not act_{number}");
        var currency = Currency.Find(account.Text("currency"))
            ?? throw account.Wrong("currency", $"{RecordedTable.Shown(account.Text("currency"))} is not a currency code");

        var feed = RecordedTable.Read(
            folder,
            Feed,
            "account_id", "ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name",
            "date_start", "date_stop", "impressions", "clicks", "spend", "reach");
        var entities = RecordedEntities.Read(folder, number, feed);
        var days = ReadDays(feed, number, currency, entities);
        return new RecordedBooks
        {
            Number = number,
            Name = account.Required("name"),
            BusinessName = account.TextOrNull("business_name"),
            Currency = currency,
            Campaigns = entities.Campaigns,
            AdSets = entities.AdSets,
            Ads = entities.Ads,
            Actions = ReadActions(folder, days),
            Days = days,
            Reach = ReadReach(folder),
        };
    }

    private static string Locate(string directory)
    {
        if (!Directory.Exists(directory))
            throw new RecordedDataException($"The data directory {directory} does not exist.");
        var inner = Path.Combine(directory, Inner);
        if (Directory.Exists(inner))
            return inner;
        return File.Exists(Path.Combine(directory, "accounts.csv"))
            ? directory
            : throw new RecordedDataException($"accounts.csv is missing in {directory}, and there is no {Inner} in it.");
    }

    private static Dictionary<(long Ad, DateOnly Date), RecordedDay> ReadDays(
        RecordedTable feed, long account, Currency currency, RecordedEntities entities)
    {
        if (feed.Lines.Count == 0)
            throw new RecordedDataException($"{Feed} has no line below the header.");
        var days = new Dictionary<(long, DateOnly), RecordedDay>();
        foreach (var line in feed.Lines)
        {
            if (line.Id("account_id") != account)
                throw line.Wrong("account_id", $"{line.Text("account_id")} is not the account {account}");
            entities.CheckPlace(line);
            var date = line.Date("date_start");
            if (line.Date("date_stop") != date)
                throw line.Wrong("date_stop", $"{line.Text("date_stop")} is not date_start: a line must be one day");
            var day = new RecordedDay(line.Minor("spend", currency), line.Count("impressions"), line.Count("clicks"), line.Count("reach"));
            if (!days.TryAdd((line.Id("ad_id"), date), day))
                throw line.Wrong("ad_id", $"the ad {line.Text("ad_id")} stands there twice for {line.Text("date_start")}");
        }

        return days;
    }

    // The file is exploded: one line per action. An ad-day without actions has one line with empty names.
    private static ActionCatalog ReadActions(string folder, Dictionary<(long Ad, DateOnly Date), RecordedDay> days)
    {
        var table = RecordedTable.Read(folder, FeedActions, "ad_id", "date_start", "date_stop", "ads_action_name", "action_type", "value");
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<(long, DateOnly, string)>();
        foreach (var line in table.Lines)
        {
            var (ad, date) = (line.Id("ad_id"), line.Date("date_start"));
            if (!days.TryGetValue((ad, date), out var day))
                throw line.Wrong("ad_id", $"the ad {ad} has no line for {line.Text("date_start")} in {Feed}");
            if (line.Text("ads_action_name").Length == 0)
                continue;
            if (line.Text("ads_action_name") != "actions")
                throw line.Wrong("ads_action_name", $"{RecordedTable.Shown(line.Text("ads_action_name"))} is not 'actions'");
            var type = line.Required("action_type");
            if (!seen.Add((ad, date, type)))
                throw line.Wrong("action_type", $"{RecordedTable.Shown(type)} stands there twice for the ad {ad} on {line.Text("date_start")}");
            if (!places.TryGetValue(type, out var place))
                places.Add(type, place = places.Count);
            day.Actions.Add((place, line.Count("value")));
        }

        return new ActionCatalog(
            places.Count,
            [.. places.OrderBy(pair => pair.Value).Select(pair => new ActionType(pair.Key, [pair.Value], HasValue: false))],
            onWebsites: [],
            inApps: []);
    }

    private static Dictionary<(long Entity, DateOnly Date), long> ReadReach(string folder)
    {
        var reach = new Dictionary<(long, DateOnly), long>();
        foreach (var (file, key) in new[] { ("query_39_insights.csv", "adset_id"), ("query_81_insights.csv", "campaign_id") })
        {
            foreach (var line in RecordedTable.Read(folder, file, key, "date_start", "reach").Lines)
            {
                if (!reach.TryAdd((line.Id(key), line.Date("date_start")), line.Count("reach")))
                    throw line.Wrong(key, $"{line.Text(key)} stands there twice for {line.Text("date_start")}");
            }
        }

        return reach;
    }
}
