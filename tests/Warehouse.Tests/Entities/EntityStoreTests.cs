using System.Text.Json;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Entities;

namespace MetaGrains.Warehouse.Tests.Entities;

public sealed class EntityStoreTests
{
    private const string Versions = "select entity_id, content ->> 'name', changed_fields, valid_to is null from meta_entity_versions order by entity_id, valid_from";

    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(EntityKind.Campaign, "meta_campaigns", """{"id":"1","name":"A","daily_budget":"500","special_ad_categories":["HOUSING"],"start_time":"2026-03-01T00:00:00+0100","promoted_object":{"pixel_id":"9"}}""",
        "campaign_id, name, daily_budget, special_ad_categories, start_time at time zone 'UTC', promoted_object ->> 'pixel_id'", "(1,A,500,{HOUSING},\"2026-02-28 23:00:00\",9)")]
    [InlineData(EntityKind.AdSet, "meta_ad_sets", """{"id":"1","name":"A","campaign_id":"7","targeting":{"age_min":18,"genders":[1],"geo_locations":{"countries":["DE"]},"targeting_automation":{"advantage_audience":0}}}""",
        "adset_id, campaign_id, targeting_age_min, targeting_genders, targeting_countries, targeting_automatic, targeting -> 'age_min'", "(1,7,18,{male},{DE},f,18)")]
    [InlineData(EntityKind.Ad, "meta_ads", """{"id":"1","name":"A","adset_id":"6","campaign_id":"7","creative":{"id":"8"},"issues_info":[{"error_code":"567"}]}""",
        "ad_id, adset_id, campaign_id, creative_id, issues -> 0 ->> 'error_code'", "(1,6,7,8,567)")]
    [InlineData(EntityKind.Creative, "meta_creatives", """{"id":"1","name":"A","body":"Buy","image_hash":"h"}""",
        "creative_id, body, image_hash, jsonb_array_length(assets), raw ->> 'body'", "(1,Buy,h,2,Buy)")]
    public async Task Every_value_of_a_record_arrives_in_the_column_of_its_name(EntityKind kind, string table, string json, string columns, string expected)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var counts = await Store(warehouse).StoreAsync(warehouse.Account, [Read(kind, json)], default);

        Assert.Equal(new EntityCounts(1, 1), counts);
        Assert.Equal([expected], await warehouse.Database.RowsAsync($"select {columns} from {table}"));
        Assert.Equal([$"({kind.WireName()})"], await warehouse.Database.RowsAsync("select kind from meta_entity_versions where valid_to is null"));
    }

    [Fact]
    public async Task An_object_that_is_as_before_is_not_written()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        await store.StoreAsync(warehouse.Account, [Campaign("1", "A")], default);
        var before = await SnapshotAsync(warehouse);
        _time.Advance(TimeSpan.FromHours(4));

        Assert.Equal(default, await store.StoreAsync(warehouse.Account, [Campaign("1", "A")], default));

        Assert.Equal(before, await SnapshotAsync(warehouse));
    }

    [Fact]
    public async Task A_change_ends_a_version_and_begins_one_that_names_what_changed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        await store.StoreAsync(warehouse.Account, [Campaign("1", "A"), Campaign("2", "B")], default);
        _time.Advance(TimeSpan.FromHours(4));

        Assert.Equal(new EntityCounts(1, 1), await store.StoreAsync(warehouse.Account, [Campaign("1", "A2", status: "PAUSED"), Campaign("2", "B")], default));

        Assert.Equal(["(1,A,{},f)", "(1,A2,\"{name,status}\",t)", "(2,B,{},t)"], await warehouse.Database.RowsAsync(Versions));
        Assert.Equal(1, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_entity_versions a join meta_entity_versions b using (kind, entity_id) where a.valid_to = b.valid_from"));
        Assert.Equal("A2", await warehouse.Database.ScalarAsync<string>("select name from meta_campaigns where campaign_id = '1'"));
    }

    [Fact]
    public async Task What_changes_by_itself_is_kept_up_to_date_and_makes_no_version()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        await store.StoreAsync(warehouse.Account, [Campaign("1", "A", remaining: 500)], default);

        Assert.Equal(new EntityCounts(1, 0), await store.StoreAsync(warehouse.Account, [Campaign("1", "A", remaining: 400)], default));

        Assert.Equal(400m, await warehouse.Database.ScalarAsync<decimal>("select budget_remaining from meta_campaigns"));
        Assert.Equal(["(1,A,{},t)"], await warehouse.Database.RowsAsync(Versions));
    }

    [Fact]
    public async Task A_census_marks_what_is_gone_once_and_what_comes_back_lives_again()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        var store = Store(warehouse);
        await store.StoreAsync(warehouse.Account, [Campaign("1", "A"), Campaign("2", "B")], default);
        await store.StoreAsync(other, [Campaign("2", "B")], default);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await store.CensusAsync(warehouse.Account, EntityKind.Campaign, ["1"], default));
        Assert.Equal(0, await store.CensusAsync(warehouse.Account, EntityKind.Campaign, ["1"], default));

        Assert.Equal(["(act_101,1,t)", "(act_101,2,f)", "(act_102,2,t)"], await warehouse.Database.RowsAsync("select ad_account_id, campaign_id, deleted_at is null from meta_campaigns order by 1, 2"));
        Assert.Equal(1, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_entity_versions where valid_to is not null"));
        Assert.Equal(new EntityCounts(1, 1), await store.StoreAsync(warehouse.Account, [Campaign("2", "B")], default));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_campaigns where deleted_at is not null"));
    }

    [Fact]
    public async Task Two_writers_of_one_account_leave_one_open_version_each()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new EntityStore(warehouse.Database.Source, TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() =>
            store.StoreAsync(warehouse.Account, [.. Enumerable.Range(1, 20).Select(id => Campaign($"{id}", $"by {writer}"))], default))));

        Assert.Equal(20, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_entity_versions where valid_to is null"));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_campaigns c join meta_entity_versions v on v.entity_id = c.campaign_id and v.valid_to is null where v.content ->> 'name' <> c.name"));
    }

    [Fact]
    public async Task Issues_of_living_objects_are_rows_that_can_be_asked_for()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        await store.StoreAsync(warehouse.Account, [Read(EntityKind.Ad, """{"id":"3","name":"Ad","campaign_id":"1","issues_info":[{"error_summary":"No card"},{"error_summary":"Bad link"}]}""")], default);
        const string Issues = "select kind, entity_id, campaign_id, issue ->> 'error_summary' from meta_entity_issues order by 4";

        Assert.Equal(["(ad,3,1,\"Bad link\")", "(ad,3,1,\"No card\")"], await warehouse.Database.RowsAsync(Issues));
        await store.CensusAsync(warehouse.Account, EntityKind.Ad, [], default);
        Assert.Empty(await warehouse.Database.RowsAsync(Issues));
    }

    [Fact]
    public async Task Mixed_or_repeated_objects_are_refused_and_reading_is_noted()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);

        await Assert.ThrowsAsync<ArgumentException>(() => store.StoreAsync(warehouse.Account, [Campaign("1", "A"), Campaign("1", "B")], default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.StoreAsync(warehouse.Account, [Campaign("1", "A"), Read(EntityKind.Ad, """{"id":"2"}""")], default));
        await store.MarkFreshAsync(warehouse.Account, EntityKind.AdSet, default);

        Assert.Equal(["(adsets)"], await warehouse.Database.RowsAsync("select stream from data_freshness"));
    }

    private EntityStore Store(WarehouseFixture warehouse) => new(warehouse.Database.Source, _time);

    private static Task<IReadOnlyList<string>> SnapshotAsync(WarehouseFixture warehouse) =>
        warehouse.Database.RowsAsync("select xmin::text, ctid::text, t::text from meta_campaigns t union all select xmin::text, ctid::text, t::text from meta_entity_versions t order by 1, 2, 3");

    private static EntityRecord Campaign(string id, string name, string status = "ACTIVE", int remaining = 500) =>
        Read(EntityKind.Campaign, $$"""{"id":"{{id}}","name":"{{name}}","status":"{{status}}","budget_remaining":"{{remaining}}"}""");

    private static EntityRecord Read(EntityKind kind, string json)
    {
        using var document = JsonDocument.Parse(json);
        return EntityMapping.Read(kind, document.RootElement);
    }
}
