using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Shapes;

namespace MetaGrains.Warehouse.Tests.Shapes;

public sealed class ShapeStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_shape_comes_back_as_it_was_kept_and_the_last_one_stays()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse);
        var learned = new LearnedShape(
            new RequestShape
            {
                Asynchronous = true, Days = 7, PageLimit = 62, Parts = 4, Suspects = ["reach", "ctr"], Trial = "ctr", Lost = ["cpp"], Streak = 3, Patience = 16, Grown = true,
            },
            Now.AddDays(-2), Now.AddDays(-1), 1234, "7-day pieces");

        Assert.Null(await store.FindAsync(warehouse.Account, "ad_daily", default));
        await store.KeepAsync(warehouse.Account, "ad_daily", learned with { Words = "old" }, default);
        await store.KeepAsync(warehouse.Account, "ad_daily", learned, default);

        Assert.Equal(learned, await store.FindAsync(warehouse.Account, "ad_daily", default));
        Assert.Null(await store.FindAsync(warehouse.Account, "adset_daily", default));
        Assert.Equal(
            ["(ad_daily,t,7,62,4,{cpp},1234)"],
            await warehouse.Database.RowsAsync("select report, asynchronous, days, page_limit, parts, lost, rows_per_day from report_shapes"));
        Assert.Equal([new ShapedReport("ad_daily", "7-day pieces", Now.AddDays(-2))], await store.ShapedAsync(warehouse.Account, default));
    }

    [Fact]
    public async Task What_one_account_taught_is_not_anothers_and_a_whole_report_is_not_listed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        await Store(warehouse).KeepAsync(other, "ad_daily", new LearnedShape(new RequestShape { Days = 31, PageLimit = 500 }, Now, null, 1, null), default);

        Assert.Null(await Store(warehouse).FindAsync(warehouse.Account, "ad_daily", default));
        Assert.Empty(await Store(warehouse).ShapedAsync(other, default));
    }

    [Fact]
    public async Task Objects_are_those_that_are_known_and_those_that_delivered_lately()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        await warehouse.Database.ExecuteAsync("""
            insert into meta_ads (tenant_id, ad_account_id, ad_id, name, raw, content_hash, first_seen, updated_at) values ($1, 'act_101', '70009', 'New', '{}', 0, now(), now())
            """, warehouse.Account.Tenant.Value);

        Assert.Equal(["70001", "70002", "70009"], (await Store(warehouse).ObjectsAsync(warehouse.Account, InsightsLevel.Ad, default)).Order());
        Assert.Empty(await Store(warehouse).ObjectsAsync(warehouse.Account, InsightsLevel.Campaign, default));
        Assert.Equal(["70009"], await new ShapeStore(warehouse.Database.Source, new FixedClock(Now.AddDays(60))).ObjectsAsync(warehouse.Account, InsightsLevel.Ad, default));
    }

    [Fact]
    public async Task Some_pages_of_a_slice_are_discarded_and_the_others_are_published()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        await warehouse.Store.StageAsync(slice, new FakePage(7, [.. WarehouseFixture.AdRows(2)]), default);
        await warehouse.Store.StageAsync(slice, new FakePage(8, [.. WarehouseFixture.AdRows(2)]), default);

        await warehouse.Store.DiscardAsync(slice, 7, 9, default);

        Assert.Equal(7, (await warehouse.Store.PublishAsync(slice, 7, default)).Inserted);
    }

    [Fact]
    public async Task A_run_says_how_its_reports_were_asked_for()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync([]);

        await warehouse.Store.EndRunAsync(slice.Run, new RunReport { Outcome = RunOutcome.Succeeded, Shape = "ad_daily: 7-day pieces" }, default);

        Assert.Equal("ad_daily: 7-day pieces", await warehouse.Database.ScalarAsync<string>("select shape from sync_runs"));
    }

    private static ShapeStore Store(WarehouseFixture warehouse) => new(warehouse.Database.Source, new FixedClock(Now));
}
