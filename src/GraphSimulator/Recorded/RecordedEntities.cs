using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>The campaigns, ad sets and ads of the recording, linked to their parents.</summary>
internal sealed class RecordedEntities
{
    private const string AdSetNames = "query_213_adsets.csv";
    private const string Settings = "query_4_insights.csv";

    private readonly Dictionary<long, AdEntity> _byId = [];
    private readonly Dictionary<long, string> _adSetNames;
    private readonly Dictionary<long, string> _adSetSettings;

    private RecordedEntities(string folder, RecordedTable feed)
    {
        // The list of ad sets was recorded without names and settings. Both stand in the insights; other answers, which
        // may be missing, have the names of ad sets without delivery and the attribution settings.
        _adSetNames = Texts(folder, AdSetNames, "id", "name");
        foreach (var line in feed.Lines)
            _adSetNames[line.Id("adset_id")] = line.Text("adset_name");
        _adSetSettings = Texts(folder, Settings, "adset_id", "attribution_setting");
    }

    public IReadOnlyList<AdEntity> Campaigns { get; private set; } = [];

    public IReadOnlyList<AdEntity> AdSets { get; private set; } = [];

    public IReadOnlyList<AdEntity> Ads { get; private set; } = [];

    public static RecordedEntities Read(string folder, long account, RecordedTable feed)
    {
        var entities = new RecordedEntities(folder, feed);
        entities.Campaigns = entities.Add(EntityKind.Campaign, account, RecordedTable.Read(
            folder,
            "query_200_campaigns.csv",
            "id", "name", "account_id", "bid_strategy", "budget_remaining", "buying_type", "configured_status", "created_time",
            "daily_budget", "effective_status", "objective", "spend_cap", "status"));
        entities.AdSets = entities.Add(EntityKind.AdSet, account, RecordedTable.Read(
            folder,
            "query_173_adsets.csv",
            "id", "account_id", "billing_event", "budget_remaining", "campaign_id", "configured_status", "created_time", "effective_status"));
        entities.Ads = entities.Add(EntityKind.Ad, account, RecordedTable.Read(
            folder,
            "query_163_ads.csv",
            "id", "name", "account_id", "adset_id", "campaign_id", "created_time", "effective_status", "status"));
        return entities;
    }

    /// <summary>Checks that a line of the feed names an ad that exists, below the parents that it has.</summary>
    public void CheckPlace(RecordedLine line)
    {
        var id = line.Id("ad_id");
        if (!_byId.TryGetValue(id, out var ad) || ad.Kind != EntityKind.Ad)
            throw line.Wrong("ad_id", $"the ad {id} is not in query_163_ads.csv");
        if (ad.Parent!.Id != line.Id("adset_id"))
            throw line.Wrong("adset_id", $"the ad {id} belongs to the ad set {ad.Parent.Id}");
        if (ad.Parent.Parent!.Id != line.Id("campaign_id"))
            throw line.Wrong("campaign_id", $"the ad {id} belongs to the campaign {ad.Parent.Parent.Id}");
    }

    private AdEntity[] Add(EntityKind kind, long account, RecordedTable table)
    {
        var lines = table.Lines.OrderBy(line => line.Id("id")).ToArray();
        var entities = new AdEntity[lines.Length];
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index];
            if (line.Id("account_id") != account)
                throw line.Wrong("account_id", $"{line.Text("account_id")} is not the account {account}");
            entities[index] = Entity(kind, index, line);
            if (!_byId.TryAdd(entities[index].Id, entities[index]))
                throw line.Wrong("id", $"{line.Text("id")} stands there twice");
        }

        return entities;
    }

    private AdEntity Entity(EntityKind kind, int index, RecordedLine line)
    {
        var id = line.Id("id");
        var campaign = kind == EntityKind.Campaign;
        var adSet = kind == EntityKind.AdSet;
        return new AdEntity
        {
            Kind = kind,
            Id = id,
            Index = index,
            Parent = ParentOf(kind, line),
            Name = adSet ? _adSetNames.GetValueOrDefault(id) : line.TextOrNull("name"),
            Status = line.Required(adSet ? "configured_status" : "status"),
            EffectiveStatus = line.Required("effective_status"),
            CreatedTime = line.TextOrNull("created_time"),
            Objective = campaign ? line.TextOrNull("objective") : null,
            BuyingType = campaign ? line.TextOrNull("buying_type") : null,
            BidStrategy = campaign ? line.TextOrNull("bid_strategy") : null,
            DailyBudget = campaign ? line.TextOrNull("daily_budget") : null,
            SpendCap = campaign ? line.TextOrNull("spend_cap") : null,
            BudgetRemaining = kind == EntityKind.Ad ? null : line.TextOrNull("budget_remaining"),
            AttributionSetting = adSet ? _adSetSettings.GetValueOrDefault(id) : null,
            BillingEvent = adSet ? line.TextOrNull("billing_event") : null,
        };
    }

    private AdEntity? ParentOf(EntityKind kind, RecordedLine line)
    {
        if (kind == EntityKind.Campaign)
            return null;
        var column = kind == EntityKind.Ad ? "adset_id" : "campaign_id";
        if (!_byId.TryGetValue(line.Id(column), out var parent) || parent.Kind != kind - 1)
            throw line.Wrong(column, $"{line.Text(column)} is not recorded");
        if (kind == EntityKind.Ad && parent.Parent!.Id != line.Id("campaign_id"))
            throw line.Wrong("campaign_id", $"the ad set {parent.Id} belongs to the campaign {parent.Parent.Id}");
        return parent;
    }

    private static Dictionary<long, string> Texts(string folder, string file, string key, string column)
    {
        var texts = new Dictionary<long, string>();
        if (!File.Exists(Path.Combine(folder, file)))
            return texts;
        foreach (var line in RecordedTable.Read(folder, file, key, column).Lines)
        {
            if (line.TextOrNull(column) is { } text)
                texts[line.Id(key)] = text;
        }

        return texts;
    }
}
