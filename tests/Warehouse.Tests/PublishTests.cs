using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;

namespace MetaGrains.Warehouse.Tests;

public class PublishTests
{
    /// <summary>Memory for staged pages: where they wait changes nothing.</summary>
    protected virtual long StagingBytes => 64 << 20;

    [Fact]
    public async Task A_first_publish_inserts_every_row_and_adds_up_each_day()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);

        var counts = await warehouse.PublishAsync(WarehouseFixture.AdRows(4));

        Assert.Equal(new PublishCounts(28, 28, 0, 0, 0), counts);
        Assert.Equal(28, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily"));
        Assert.Equal(28, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_raw"));
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from daily_meta_metrics where ads = 4 and impressions = 1000 and clicks = 10"));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging"));
        Assert.Equal(
            await warehouse.Database.ScalarAsync<decimal>("select sum(spend) from meta_insights_daily"),
            await warehouse.Database.ScalarAsync<decimal>("select sum(spend) from daily_summary"));
    }

    [Fact]
    public async Task Publishing_the_same_again_writes_no_row()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(5));
        var before = await warehouse.SnapshotAsync();

        var counts = await warehouse.PublishAsync(WarehouseFixture.AdRows(5));

        Assert.Equal(new PublishCounts(35, 0, 0, 35, 0), counts);
        Assert.Equal(before, await warehouse.SnapshotAsync());
    }

    [Fact]
    public async Task A_changed_row_changes_itself_its_raw_row_and_its_day_and_nothing_else()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var rows = WarehouseFixture.AdRows(5);
        await warehouse.PublishAsync(rows);
        var before = await warehouse.SnapshotAsync();
        rows[9] = WarehouseFixture.AdRow(2, rows[9].Date, rows[9].Spend + 0.01m);

        var counts = await warehouse.PublishAsync(rows);

        Assert.Equal(new PublishCounts(35, 0, 1, 34, 0), counts);
        var changed = (await warehouse.SnapshotAsync()).Except(before).ToArray();
        Assert.Equal(4, changed.Length);
        Assert.Contains("fact", changed[0], StringComparison.Ordinal);
        Assert.Contains("raw", changed[1], StringComparison.Ordinal);
        Assert.Contains("daily", changed[2], StringComparison.Ordinal);
        Assert.Contains("revision", changed[3], StringComparison.Ordinal);
        Assert.All(changed, row => Assert.Contains(row.StartsWith("(raw", StringComparison.Ordinal) ? "70002" : "2026-02-28", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trailing_zeros_are_no_change()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var day = WarehouseFixture.Week.Since;
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, day, 14.3m)]);

        var counts = await warehouse.PublishAsync([WarehouseFixture.AdRow(1, day, 14.300m)]);

        Assert.Equal(1, counts.Unchanged);
    }

    [Fact]
    public async Task A_row_that_vanished_becomes_a_tombstone_and_leaves_every_total()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var rows = WarehouseFixture.AdRows(3);
        await warehouse.PublishAsync(rows);
        var gone = rows[4];
        rows.RemoveAt(4);

        var counts = await warehouse.PublishAsync(rows);

        Assert.Equal(new PublishCounts(20, 0, 0, 20, 1), counts);
        Assert.Equal(20, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
        Assert.Equal(gone.Spend, await warehouse.Database.ScalarAsync<decimal>("select spend from meta_insights_tombstones where vanished_at is not null"));
        Assert.Equal(rows.Sum(row => row.Spend), await warehouse.Database.ScalarAsync<decimal>("select sum(spend) from daily_meta_metrics"));
    }

    [Fact]
    public async Task A_day_without_rows_left_has_no_aggregate()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));

        var counts = await warehouse.PublishAsync([]);

        Assert.Equal(14, counts.Vanished);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from daily_meta_metrics"));
    }

    [Fact]
    public async Task Reach_of_a_day_comes_from_the_accounts_own_answer_in_either_order()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var day = WarehouseFixture.Week.Since;
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(reach) from daily_meta_metrics"));

        await warehouse.PublishAsync([WarehouseFixture.AccountRow(day, 5m)], InsightsLevel.Account);

        Assert.Equal(700, await warehouse.Database.ScalarAsync<long>("select reach from daily_meta_metrics where date = $1", day));
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        Assert.Equal(700, await warehouse.Database.ScalarAsync<long>("select reach from daily_meta_metrics where date = $1 and ads = 3", day));
    }

    [Fact]
    public async Task Levels_lie_side_by_side_and_a_slice_touches_only_its_own_report()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));

        await warehouse.PublishAsync([WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 5m)], InsightsLevel.Account);
        await warehouse.PublishAsync([], InsightsLevel.Campaign);

        Assert.Equal(14, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_ad_daily"));
        Assert.Equal(1, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_account_daily"));
        Assert.Equal(["(account,1)", "(ad,14)"], await warehouse.Database.RowsAsync("select level, count(*) from meta_insights_levels group by level order by level"));
    }

    [Fact]
    public async Task Two_accounts_of_the_same_ads_never_touch_each_other()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        var before = await warehouse.SnapshotAsync();

        await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend: 7m), account: other);
        var withBoth = await warehouse.SnapshotAsync();
        await warehouse.PublishAsync([], account: other);

        Assert.Equal((28 * 2) + 14 + 14, withBoth.Count);
        Assert.Empty(before.Except(await warehouse.SnapshotAsync()));
    }

    [Fact]
    public async Task A_run_that_was_overtaken_publishes_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        var before = await warehouse.SnapshotAsync();
        var stale = await warehouse.StageAsync(WarehouseFixture.AdRows(2));

        var later = await warehouse.Store.BeginRunAsync(warehouse.Account, "incremental", "test", WarehouseFixture.Week, null, default);

        await Assert.ThrowsAsync<StaleRunException>(() => warehouse.Store.PublishAsync(stale, 14, default));
        Assert.Equal(before, await warehouse.SnapshotAsync());
        Assert.Equal(stale.Run.Epoch + 1, later.Epoch);
        Assert.Equal("superseded", await warehouse.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", stale.Run.Id));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging"));
    }

    [Fact]
    public async Task What_was_lost_from_staging_refuses_the_slice()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        var before = await warehouse.SnapshotAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(2));
        await warehouse.Database.ExecuteAsync("truncate insights_staging");

        var refused = await Assert.ThrowsAsync<SliceRejectedException>(() => warehouse.Store.PublishAsync(slice, 14, default));

        Assert.Contains("14 rows were read but 0 are staged", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await warehouse.SnapshotAsync());
    }

    [Fact]
    public async Task A_row_that_came_twice_refuses_the_slice()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var rows = WarehouseFixture.AdRows(2);
        var slice = await warehouse.StageAsync([.. rows, rows[0]]);

        var refused = await Assert.ThrowsAsync<SliceRejectedException>(() => warehouse.Store.PublishAsync(slice, 15, default));

        Assert.Contains("came twice", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
    }

    [Fact]
    public async Task A_row_outside_the_days_of_the_slice_refuses_it()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var slice = await warehouse.StageAsync([WarehouseFixture.AdRow(1, WarehouseFixture.Week.Until.AddDays(1), 1m)]);

        await Assert.ThrowsAsync<SliceRejectedException>(() => warehouse.Store.PublishAsync(slice, 1, default));
    }

    [Fact]
    public async Task The_cursor_moves_with_the_last_slice_alone_and_never_back()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        await warehouse.Store.PublishAsync(slice with { CursorAfter = null }, 7, default);
        Assert.Equal("()", Assert.Single(await warehouse.Database.RowsAsync("select meta_last_window_end from sync_cursors")));

        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        var run = await warehouse.Store.BeginRunAsync(warehouse.Account, "incremental", "test", WarehouseFixture.Week, null, default);
        await warehouse.Store.PublishAsync(new InsightsSlice(run, 0, InsightsReport.Daily(InsightsLevel.Campaign), WarehouseFixture.Week, new DateOnly(2026, 1, 1)), 0, default);

        Assert.Equal(WarehouseFixture.Week.Until, await warehouse.Database.ScalarAsync<DateOnly>("select meta_last_window_end from sync_cursors"));
    }

    [Fact]
    public async Task Exact_numbers_and_json_arrive_as_they_were_sent()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var day = WarehouseFixture.Week.Since;

        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, day, 12345678901234567.123456789m)]);

        Assert.Equal("12345678901234567.123456789", await warehouse.Database.ScalarAsync<string>("select spend::text from meta_insights_daily"));
        Assert.Equal("3", await warehouse.Database.ScalarAsync<string>("select actions #>> '{actions,link_click,value}' from meta_insights_daily"));
        Assert.Equal("""{"ad_id":"70001","spend":"12345678901234567.123456789"}""", await warehouse.Database.ScalarAsync<string>("select payload::text from meta_insights_raw"));
    }
}
