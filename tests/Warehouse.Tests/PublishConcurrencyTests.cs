using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests;

public sealed class PublishConcurrencyTests
{
    [Fact]
    public async Task Accounts_publish_at_the_same_time_and_each_gets_all_of_its_own_rows()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var accounts = await Task.WhenAll(Enumerable.Range(201, 8).Select(number =>
            WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, $"act_{number}")));

        var counts = await Task.WhenAll(accounts.Select((account, ads) => Task.Run(() =>
            warehouse.PublishAsync(WarehouseFixture.AdRows(ads + 1), account: account))));

        Assert.Equal(Enumerable.Range(1, 8).Select(ads => (long)ads * 7), counts.Select(count => count.Inserted));
        Assert.Equal(
            Enumerable.Range(1, 8).Select(ads => $"(act_{200 + ads},{ads * 7},{ads})"),
            await warehouse.Database.RowsAsync("select f.ad_account_id, count(*), max(m.ads) from fact_meta_daily f join daily_meta_metrics m using (ad_account_id, date) group by 1 order by 1"));
    }

    [Fact]
    public async Task The_publish_of_one_account_does_not_wait_for_that_of_another()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        var (mine, theirs) = (await warehouse.StageAsync(WarehouseFixture.AdRows(2)), await warehouse.StageAsync(WarehouseFixture.AdRows(3), account: other));
        var published = default(PublishCounts);
        warehouse.Publisher.BeforeStatement = async (name, _) =>
        {
            if (name != "Commit" || published != default)
                return;
            published = new PublishCounts(-1, 0, 0, 0, 0);
            published = await warehouse.Store.PublishAsync(theirs, 21, default).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        };

        await warehouse.Store.PublishAsync(mine, 14, default);

        Assert.Equal(21, published.Inserted);
    }

    [Fact]
    public async Task A_run_that_starts_during_a_publish_waits_for_it_and_then_sees_its_rows()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(2));
        Task<SyncRun>? later = null;
        warehouse.Publisher.BeforeStatement = async (name, _) =>
        {
            if (name != "CopyFact")
                return;
            later = BeginAsync(warehouse);
            await Eventually.TrueAsync(() => Locks.SomebodyWaitsAsync(warehouse.Database), "the later run waits for the pen");
            Assert.False(later.IsCompleted);
        };

        var counts = await warehouse.Store.PublishAsync(slice, 14, default);

        Assert.Equal(14, counts.Inserted);
        Assert.Equal(slice.Run.Epoch + 1, (await later!).Epoch);
        Assert.Equal(14, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily"));
    }

    [Fact]
    public async Task A_publish_that_races_with_the_start_of_a_run_is_either_published_or_stale()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var spend = 1m;

        for (var round = 0; round < 30; round++)
        {
            var next = spend + 1;
            var slice = await warehouse.StageAsync([WarehouseFixture.AdRow(1, WarehouseFixture.Week.Since, next)]);
            var publish = Task.Run(() => PublishedAsync(warehouse, slice));
            var begin = Task.Run(() => BeginAsync(warehouse));

            await Task.WhenAll(publish, begin);

            if (await publish)
                spend = next;
            var visible = await warehouse.Database.RowsAsync("select spend from fact_meta_daily");
            Assert.Equal(spend == 1m ? [] : [$"({spend})"], visible);
            Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging"));
        }
    }

    [Fact]
    public async Task Two_publishes_of_the_same_slice_publish_it_once()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(2));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await warehouse.Store.PublishAsync(slice, 14, default)).Inserted;
            }
            catch (SliceRejectedException)
            {
                return -1;
            }
        })));

        Assert.Equal([-1, 14], outcomes.Order());
        Assert.Equal(14, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily"));
    }

    [Fact]
    public async Task What_an_overtaken_run_stages_is_never_published_by_the_later_one()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var stale = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        var later = await warehouse.StageAsync(WarehouseFixture.AdRows(2));
        await warehouse.Store.StageAsync(stale, new FakePage(9, WarehouseFixture.AdRow(8, WarehouseFixture.Week.Since, 8m)), default);

        Assert.Equal(14, (await warehouse.Store.PublishAsync(later, 14, default)).Inserted);
        await Assert.ThrowsAsync<StaleRunException>(() => warehouse.Store.PublishAsync(stale, 1, default));

        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily where ad_id = '70008'"));
    }

    [Fact]
    public async Task A_discarded_slice_is_staged_from_its_start_and_the_other_slices_stay()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(3));
        var second = slice with { Number = 1, Report = InsightsReport.Daily(InsightsLevel.Account) };
        await warehouse.Store.StageAsync(second, new FakePage(0, WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 1m)), default);

        await warehouse.Store.DiscardAsync(slice, default);
        await warehouse.Store.StageAsync(slice, new FakePage(0, [.. WarehouseFixture.AdRows(1)]), default);

        Assert.Equal(7, (await warehouse.Store.PublishAsync(slice, 7, default)).Inserted);
        Assert.Equal(1, (await warehouse.Store.PublishAsync(second, 1, default)).Inserted);
    }

    [Fact]
    public async Task Two_jobs_of_one_account_publish_the_same_days_one_after_the_other()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        string[] jobs = ["tier", "fresh", "deep", "backfill"];

        for (var round = 1; round <= 5; round++)
        {
            var spend = round;
            await Task.WhenAll(jobs.SelectMany(job => new[] { InsightsLevel.Ad, InsightsLevel.Account }.Select(level => Task.Run(async () =>
            {
                var rows = level == InsightsLevel.Ad
                    ? WarehouseFixture.AdRows(4, spend)
                    : [.. Enumerable.Range(0, 7).Select(day => WarehouseFixture.AccountRow(WarehouseFixture.Week.Since.AddDays(day), spend))];
                var run = await warehouse.Store.BeginRunAsync(warehouse.Account, $"{job}_{level}", "test", WarehouseFixture.Week, null, default);
                var slice = new InsightsSlice(run, 0, InsightsReport.Daily(level), WarehouseFixture.Week, null);
                await warehouse.Store.StageAsync(slice, new FakePage(0, [.. rows]), default);
                await warehouse.Store.PublishAsync(slice, rows.Count, default);
            }))));

            Assert.Equal(35, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
            Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from daily_meta_metrics where ads = 4 and reach = 700"));
        }
    }

    private static async Task<bool> PublishedAsync(WarehouseFixture warehouse, InsightsSlice slice)
    {
        try
        {
            await warehouse.Store.PublishAsync(slice, 1, default);
            return true;
        }
        catch (StaleRunException)
        {
            return false;
        }
    }

    private static Task<SyncRun> BeginAsync(WarehouseFixture warehouse) =>
        warehouse.Runs.BeginAsync(warehouse.Account, "incremental", "test", WarehouseFixture.Week, default);
}
