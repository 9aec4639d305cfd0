using System.Collections.Immutable;
using System.Text.Json;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Entities;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests.Entities;

public sealed class EntityRunStoreTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_run_is_a_row_without_days_that_says_what_it_read_by_kind()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        var run = await store.BeginRunAsync(warehouse.Account, "entities", "schedule", null, default);

        await store.EndRunAsync(run, new RunReport
        {
            Outcome = RunOutcome.Succeeded, Calls = 7, Entities = ImmutableSortedDictionary<string, long>.Empty.Add("ads", 3).Add("campaigns", 1), ErrorMessage = "creatives: no.",
        }, default);

        Assert.Equal(
            ["""(entities,succeeded,,,7,"{""ads"": 3, ""campaigns"": 1}","creatives: no.")"""],
            await warehouse.Database.RowsAsync("select job, status, window_since, window_until, calls, entities, error_message from sync_runs"));
        Assert.Equal(["()"], await warehouse.Database.RowsAsync("select meta_last_window_end from sync_cursors where job = 'entities' and active_run is null"));
    }

    [Fact]
    public async Task A_run_that_was_overtaken_can_write_nothing_any_more()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        var old = await store.BeginRunAsync(warehouse.Account, "entities", "schedule", null, default);
        await store.StoreAsync(old, [Ad("1"), Ad("2")], default);

        var later = await store.BeginRunAsync(warehouse.Account, "entities", "schedule", null, default);

        await Assert.ThrowsAsync<StaleRunException>(() => store.StoreAsync(old, [Ad("3")], default));
        await Assert.ThrowsAsync<StaleRunException>(() => store.BuryAsync(old, EntityKind.Ad, [], default));
        await Assert.ThrowsAsync<StaleRunException>(() => store.MarkAsync(old, EntityKind.Ad, new EntityMark(_time.GetUtcNow(), null), default));
        Assert.Equal(["(1,t)", "(2,t)"], await warehouse.Database.RowsAsync("select ad_id, deleted_at is null from meta_ads order by 1"));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from data_freshness"));
        Assert.Equal(1, await store.BuryAsync(later, EntityKind.Ad, ["1"], default));
        // Another job of the account is no hindrance.
        await warehouse.Store.BeginRunAsync(warehouse.Account, "tier", "test", WarehouseFixture.Week, null, default);
        Assert.Equal(new EntityCounts(1, 1), await store.StoreAsync(later, [Ad("3")], default));
    }

    [Fact]
    public async Task Marks_come_back_and_what_is_held_is_compared_with_lists()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        var run = await store.BeginRunAsync(warehouse.Account, "entities", "schedule", null, default);
        Assert.Equal(default, await store.MarkOfAsync(warehouse.Account, EntityKind.Ad, default));
        var mark = new EntityMark(_time.GetUtcNow(), _time.GetUtcNow().AddHours(-3));

        await store.MarkAsync(run, EntityKind.Ad, mark with { ListedAt = null }, default);
        await store.MarkAsync(run, EntityKind.Ad, mark, default);
        await store.StoreAsync(run, [Ad("1"), Ad("2"), Ad("3")], default);
        await store.BuryAsync(run, EntityKind.Ad, ["1", "2"], default);

        Assert.Equal(mark, await store.MarkOfAsync(warehouse.Account, EntityKind.Ad, default));
        Assert.Equal(["(ads)"], await warehouse.Database.RowsAsync("select stream from data_freshness"));
        Assert.Equal(new EntityRoll(2, 1), await store.CompareAsync(warehouse.Account, EntityKind.Ad, ["2", "9"], default));
        Assert.Equal(["3", "9"], await store.UnknownAsync(warehouse.Account, EntityKind.Ad, ["9", "2", "3"], default));
        Assert.Empty(await store.UnknownAsync(warehouse.Account, EntityKind.Ad, [], default));
    }

    private EntityRunStore Store(WarehouseFixture warehouse) =>
        new(new EntityStore(warehouse.Database.Source, _time), new RunLedger(warehouse.Database.Source, _time));

    private static EntityRecord Ad(string id)
    {
        using var document = JsonDocument.Parse($$"""{"id":"{{id}}","name":"{{id}}"}""");
        return EntityMapping.Read(EntityKind.Ad, document.RootElement);
    }
}
