using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MetaGrains.Core.Entities;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Entities;

namespace MetaGrains.Warehouse.Tests.Entities;

/// <summary>What real accounts answered, from JSON to SQL.</summary>
public sealed class RecordedEntityTests
{
    [RecordedDataFact]
    public async Task Recorded_answers_of_campaigns_and_creatives_arrive_in_SQL()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new EntityStore(warehouse.Database.Source, TimeProvider.System);
        var folder = Path.Combine(RepositoryRoot.RecordedData!, "tophatter_vcr_2017", "AdAccount");

        await store.StoreAsync(warehouse.Account, Cassette(EntityKind.Campaign, Path.Combine(folder, "ad_campaigns", "lists_campaigns.yml")), default);
        await store.StoreAsync(warehouse.Account, Cassette(EntityKind.Creative, Path.Combine(folder, "ad_creatives", "lists_creatives.yml")), default);

        Assert.Equal(
            ["(6076261167842,Test,APP_INSTALLS,AUCTION,ACTIVE,,\"2017-04-25 23:54:27\")"],
            await warehouse.Database.RowsAsync("select campaign_id, name, objective, buying_type, effective_status, start_time, created_time at time zone 'UTC' from meta_campaigns"));
        Assert.True(await warehouse.Database.ScalarAsync<bool>("select count(*) > 0 and bool_and(page_id = '300664329976860') and bool_and(jsonb_array_length(assets) > 0) from meta_creatives where object_story_spec is not null"));
    }

    [RecordedDataFact]
    public async Task The_recorded_accounts_ads_name_the_campaigns_that_its_insights_name()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new EntityStore(warehouse.Database.Source, TimeProvider.System);
        var ads = Table(EntityKind.Ad, "query_163_ads.csv");
        var adSets = Table(EntityKind.AdSet, "query_173_adsets.csv");
        var campaigns = Table(EntityKind.Campaign, "query_200_campaigns.csv");

        foreach (var entities in new[] { campaigns, adSets, ads })
            Assert.Equal(entities.Count, (await store.StoreAsync(warehouse.Account, entities, default)).Changed);

        Assert.True(ads.Count > 100, $"{ads.Count} ads are not the recorded account");
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_ads where campaign_id is null or adset_id is null or created_time is null"));
        Assert.True(await warehouse.Database.ScalarAsync<long>("select count(*) from meta_ads a join meta_ad_sets s using (tenant_id, ad_account_id, adset_id) where s.campaign_id = a.campaign_id") > 0);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_ads a join meta_ad_sets s using (tenant_id, ad_account_id, adset_id) where s.campaign_id <> a.campaign_id"));
        Assert.Equal(default, await store.StoreAsync(warehouse.Account, ads, default));
    }

    // The body of a recorded answer is a YAML single-quoted scalar, folded over lines, a quote doubled.
    private static List<EntityRecord> Cassette(EntityKind kind, string file)
    {
        var text = File.ReadAllText(file);
        var start = text.IndexOf("string: '{\"data\"", StringComparison.Ordinal) + "string: '".Length;
        var end = text.IndexOf("'\n    http_version", start, StringComparison.Ordinal);
        var body = string.Join(' ', text[start..end].Split('\n').Select((line, at) => at == 0 ? line : line.Trim())).Replace("''", "'", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(item => EntityMapping.Read(kind, item))];
    }

    // A table of flattened answers: a cell is a value, an empty one was not in the answer.
    private static List<EntityRecord> Table(EntityKind kind, string file)
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryRoot.RecordedAccount, file));
        var columns = lines[0].Split(',');
        var entities = new Dictionary<string, EntityRecord>(StringComparer.Ordinal);
        foreach (var cells in lines.Skip(1).Select(line => line.Split(',')).Where(cells => cells.Length == columns.Length))
        {
            var json = new JsonObject();
            foreach (var (column, cell) in columns.Zip(cells).Where(pair => pair.Second.Length > 0 && !IsOfTheRecorder(pair.First)))
                json[column] = cell;
            using var document = JsonDocument.Parse(json.ToJsonString());
            var entity = EntityMapping.Read(kind, document.RootElement);
            entities[entity.Id] = entity;
        }

        return [.. entities.OrderBy(entity => decimal.Parse(entity.Key, CultureInfo.InvariantCulture)).Select(entity => entity.Value)];
    }

    private static bool IsOfTheRecorder(string column) => column is "ex_account_id" or "fb_graph_node" or "parent_id";
}
