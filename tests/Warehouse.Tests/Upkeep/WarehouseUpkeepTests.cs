using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Core.Upkeep;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Upkeep;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Upkeep;

public sealed class WarehouseUpkeepTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_round_makes_the_months_ahead_and_a_second_one_finds_nothing_to_do()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        var upkeep = new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), _time);

        var first = await upkeep.RunAsync(default);
        var second = await upkeep.RunAsync(default);

        Assert.Equal((true, 6, 0), (first.Ran, first.Made, first.Detached.Count));
        Assert.Equal((true, 0, 0, 0L), (second.Ran, second.Made, second.AbandonedRuns, second.StagedRows));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, (await upkeep.RunAsync(default)).Made);
    }

    [Fact]
    public async Task Months_beyond_retention_leave_the_table_whole_and_stay_readable_elsewhere()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        var upkeep = new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions { InsightMonths = 2, RawMonths = 2 }, _time);
        _time.Advance(TimeSpan.FromDays(15));

        var report = await upkeep.RunAsync(default);

        Assert.Equal(["meta_insights_daily 2026-02-01", "meta_insights_raw 2026-02-01"], report.Detached.Select(table => $"{table.Table} {DateRange.Iso(table.Month)}"));
        Assert.Equal(new DateOnly(2026, 3, 1), await warehouse.Database.ScalarAsync<DateOnly>("select min(date) from meta_insights_daily"));
        Assert.Equal(["(6,2026-02-28)"], await warehouse.Database.RowsAsync("select count(*), max(date) from retired.meta_insights_daily_2026_02"));
        Assert.Empty((await upkeep.RunAsync(default)).Detached);
    }

    [Fact]
    public async Task A_month_that_holds_nothing_is_dropped_and_not_kept_for_an_operator()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.Database.ExecuteAsync("select ensure_insight_partitions('2024-01-01', '2024-02-28')");

        var report = await new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), _time).RunAsync(default);

        Assert.Equal(2, report.Detached.Count);
        Assert.Equal(["(meta_insights_daily_2024_01)", "(meta_insights_daily_2024_02)"], await warehouse.Database.RowsAsync("select relname from pg_class where relname ~ '_2024_0[12]$' and relkind = 'r' order by 1"));
    }

    [Fact]
    public async Task A_month_that_is_published_again_after_it_was_retired_is_made_again_and_retired_beside_the_first()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        var upkeep = new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions { InsightMonths = 2, RawMonths = 2 }, _time);
        _time.Advance(TimeSpan.FromDays(15));
        await upkeep.RunAsync(default);

        // The publisher remembers the month as made.
        Assert.Equal(3, (await warehouse.PublishAsync(WarehouseFixture.AdRows(1))).Inserted);
        await upkeep.RunAsync(default);

        Assert.Equal(
            ["(meta_insights_daily_2026_02)", "(meta_insights_daily_2026_02_2)", "(meta_insights_raw_2026_02)", "(meta_insights_raw_2026_02_2)"],
            await warehouse.Database.RowsAsync("select relname from pg_class where relnamespace = 'retired'::regnamespace and relkind = 'r' order by 1"));
    }

    [Fact]
    public async Task A_round_that_was_broken_off_between_detaching_and_moving_is_finished_by_the_next()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        await warehouse.Database.ExecuteAsync("alter table meta_insights_raw detach partition meta_insights_raw_2026_02 concurrently");

        await new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), _time).RunAsync(default);

        Assert.Equal(3, await warehouse.Database.ScalarAsync<long>("select count(*) from retired.meta_insights_raw_2026_02"));
    }

    [Fact]
    public async Task Of_many_at_once_one_works_and_publishing_goes_on_meanwhile()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.Database.ExecuteAsync("select ensure_insight_partitions('2024-01-01', '2024-12-31')");

        var rounds = Enumerable.Range(0, 6).Select(_ => Task.Run(() => new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions { RawMonths = 2, InsightMonths = 3 }, _time).RunAsync(default))).ToArray();
        for (var spend = 1; spend <= 5; spend++)
            await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend));
        var reports = await Task.WhenAll(rounds);

        Assert.Equal(24, reports.Sum(report => report.Detached.Count(table => table.Month.Year == 2024)));
        Assert.Equal(14, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
    }

    [Fact]
    public async Task Staged_rows_of_runs_that_cannot_publish_go_and_those_of_the_active_run_stay()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var stale = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        var active = await warehouse.StageAsync(WarehouseFixture.AdRows(2));
        await warehouse.Store.StageAsync(stale, new FakePage(5, [.. WarehouseFixture.AdRows(1)]), default);

        var report = await new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), TimeProvider.System).RunAsync(default);

        Assert.Equal((7L, 0), (report.StagedRows, report.AbandonedRuns));
        Assert.Equal(14, (await warehouse.Store.PublishAsync(active, 14, default)).Inserted);
    }

    [Fact]
    public async Task A_run_of_a_dead_process_is_given_up_and_can_publish_nothing_any_more()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        var upkeep = new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), _time);
        _time.Advance(TimeSpan.FromHours(11));
        Assert.Equal(0, (await upkeep.RunAsync(default)).AbandonedRuns);
        _time.Advance(TimeSpan.FromHours(2));

        var report = await upkeep.RunAsync(default);

        Assert.Equal((1, 7L), (report.AbandonedRuns, report.StagedRows));
        Assert.Equal(["(failed,\"The process that ran it is gone.\")"], await warehouse.Database.RowsAsync("select status, error_message from sync_runs"));
        await Assert.ThrowsAsync<StaleRunException>(() => warehouse.Store.PublishAsync(slice, 7, default));
    }

    [Fact]
    public async Task Old_runs_and_done_webhooks_go_after_their_time()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        await warehouse.Database.ExecuteAsync("insert into webhook_inbox (received_at, object, field, value, event_hash, status) select $1, 'ad_account', s, '{}', sha256(s::bytea), s from unnest(array['done', 'new']) s", _time.GetUtcNow().UtcDateTime);
        _time.Advance(TimeSpan.FromDays(401));

        var report = await new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), _time).RunAsync(default);

        Assert.Equal(2, report.LogRows);
        Assert.Equal(["(new)"], await warehouse.Database.RowsAsync("select status from webhook_inbox"));
    }

    [Fact]
    public async Task An_account_that_has_insights_cannot_be_deleted_or_renamed_and_one_without_can()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        await warehouse.Database.ExecuteAsync("delete from sync_cursors; delete from sync_runs; delete from data_freshness_marks; delete from meta_insights_days; delete from daily_meta_metrics");
        await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_7");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync("delete from ad_accounts where ad_account_id = 'act_101'"));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync("update ad_accounts set ad_account_id = 'act_9' where ad_account_id = 'act_101'"));

        await warehouse.Database.ExecuteAsync("delete from ad_accounts where ad_account_id = 'act_7'");
    }

    [Fact]
    public async Task A_publish_for_an_account_that_is_gone_publishes_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        await warehouse.Database.ExecuteAsync("delete from ad_accounts");

        await Assert.ThrowsAsync<StaleRunException>(() => warehouse.Store.PublishAsync(slice, 7, default));

        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
    }
}
