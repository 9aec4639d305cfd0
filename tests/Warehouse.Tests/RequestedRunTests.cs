using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Warehouse.Tests;

/// <summary>A run that somebody asked for is one row from the asking to the end, whatever dies in between.</summary>
public sealed class RequestedRunTests
{
    private static RunQueue Queue(WarehouseFixture warehouse) => new(warehouse.Database.Source, TimeProvider.System);

    private static Task<long> AskAsync(WarehouseFixture warehouse) =>
        Queue(warehouse).AskAsync(warehouse.Account, new RunAsk(SyncJob.Incremental, null, null, "api"), default);

    private static Task<SyncRun> BeginAsync(WarehouseFixture warehouse, long? requested) =>
        warehouse.Store.BeginRunAsync(warehouse.Account, "incremental", "api", WarehouseFixture.Week, requested, default);

    [Fact]
    public async Task It_keeps_its_id_from_the_asking_to_the_end()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var asked = await AskAsync(warehouse);

        var run = await BeginAsync(warehouse, asked);
        await warehouse.Store.EndRunAsync(run, new RunReport { Outcome = RunOutcome.Succeeded }, default);

        Assert.Equal(asked, run.Id);
        Assert.Empty(await Queue(warehouse).WaitingAsync(warehouse.Account, default));
        Assert.Equal(["(succeeded,api)"], await warehouse.Database.RowsAsync("select status, trigger from sync_runs"));
    }

    [Fact]
    public async Task One_that_has_ended_is_not_started_again()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var asked = await AskAsync(warehouse);
        await warehouse.Store.EndRunAsync(await BeginAsync(warehouse, asked), new RunReport { Outcome = RunOutcome.Succeeded }, default);

        await Assert.ThrowsAsync<StaleRunException>(() => BeginAsync(warehouse, asked));
        await Assert.ThrowsAsync<StaleRunException>(() => BeginAsync(warehouse, asked + 1000));
    }

    [Fact]
    public async Task One_that_failed_waits_for_its_next_try_and_counts_what_all_tries_cost_until_it_is_refused_for_good()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var asked = await AskAsync(warehouse);
        var throttled = new RunReport { Outcome = RunOutcome.Failed, Calls = 3, RateLimited = true, ErrorCode = 17, ErrorMessage = "Too many calls." };
        await warehouse.Store.EndRunAsync(await BeginAsync(warehouse, asked), throttled, default);

        Assert.Equal(["(queued,3,t,17,t)"], await warehouse.Database.RowsAsync("select status, calls, rate_limited, error_code, finished_at is null from sync_runs"));
        await warehouse.Store.EndRunAsync(await BeginAsync(warehouse, asked), throttled with { Calls = 4, RateLimited = false }, default);
        Assert.True(await Queue(warehouse).RefuseAsync(asked, "It failed 2 times.", default));

        Assert.Equal(
            ["(failed,7,t,\"It failed 2 times.\",f)"],
            await warehouse.Database.RowsAsync("select status, calls, rate_limited, error_message, finished_at is null from sync_runs"));
    }

    [Fact]
    public async Task After_a_crash_it_is_still_wanted_and_a_later_run_of_the_job_puts_it_back_into_the_queue()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var asked = await AskAsync(warehouse);
        var crashed = await BeginAsync(warehouse, asked);

        Assert.Equal(asked, Assert.Single(await Queue(warehouse).WaitingAsync(warehouse.Account, default)).RunId);
        await BeginAsync(warehouse, null);

        Assert.Equal("queued", await warehouse.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", asked));
        // The crashed process was only slow: its end must not end what is waiting again.
        await warehouse.Store.EndRunAsync(crashed, new RunReport { Outcome = RunOutcome.Failed }, default);
        Assert.Equal(asked, Assert.Single(await Queue(warehouse).WaitingAsync(warehouse.Account, default)).RunId);
    }

    [Fact]
    public async Task The_pages_and_the_end_of_its_first_life_do_not_touch_its_second()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var asked = await AskAsync(warehouse);
        var report = InsightsReport.Daily(InsightsLevel.Ad);
        var first = new InsightsSlice(await BeginAsync(warehouse, asked), 0, report, WarehouseFixture.Week, WarehouseFixture.Week.Until);
        await warehouse.Store.StageAsync(first, new FakePage(0, [.. WarehouseFixture.AdRows(3)]), default);
        var second = first with { Run = await BeginAsync(warehouse, asked) };
        Assert.Equal((first.Run.Id, first.Run.Epoch + 1), (second.Run.Id, second.Run.Epoch));

        var rows = WarehouseFixture.AdRows(2, spend: 9m);
        await warehouse.Store.StageAsync(second, new FakePage(0, [.. rows]), default);
        await warehouse.Store.StageAsync(first, new FakePage(1, [.. WarehouseFixture.AdRows(5)]), default);
        await warehouse.Store.EndRunAsync(first.Run, new RunReport { Outcome = RunOutcome.Failed }, default);
        await Assert.ThrowsAsync<StaleRunException>(() => warehouse.Store.PublishAsync(first, 35, default));
        var counts = await warehouse.Store.PublishAsync(second, rows.Count, default);
        await warehouse.Store.EndRunAsync(second.Run, new RunReport { Outcome = RunOutcome.Succeeded, Rows = counts }, default);

        Assert.Equal(new PublishCounts(14, 14, 0, 0, 0), counts);
        Assert.Equal(rows.Sum(row => row.Spend), await warehouse.Database.ScalarAsync<decimal>("select sum(spend) from meta_insights_daily"));
        Assert.Equal("succeeded", await warehouse.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", asked));
    }
}
