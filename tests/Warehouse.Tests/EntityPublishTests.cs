using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

/// <summary>Publishes of one object: ad set 8001, which has the ads 1 and 4 of six.</summary>
public class EntityPublishTests
{
    private const string Others = "select xmin, ctid, * from meta_insights_daily where adset_id is distinct from '8001' order by row_key";
    private const string Sums = "select date, trim_scale(sum(spend)), sum(impressions), sum(clicks), count(*) from meta_insights_daily where report = 'ad_daily' group by 1 order by 1";
    private const string Held = "select date, trim_scale(spend), impressions, clicks, ads from daily_meta_metrics order by 1";

    private static readonly EntityScope AdSet = new(InsightsLevel.AdSet, "8001");

    /// <summary>What is said of whole days, and how far the account has come.</summary>
    private static readonly string[] OfWholeDays =
    [
        "select xmin, * from meta_insights_days order by report, date",
        "select xmin, * from meta_reconciliation order by report, date, metric",
        "select xmin, * from data_freshness_marks order by stream",
        "select job, meta_last_window_end from sync_cursors order by job",
    ];

    /// <summary>Memory for staged pages: where they wait changes nothing.</summary>
    protected virtual long StagingBytes => 64 << 20;

    [Fact]
    public async Task Rows_of_the_object_are_published_and_those_of_others_are_not_touched()
    {
        await using var warehouse = await LoadedAsync();
        var (others, whole) = (await warehouse.Database.RowsAsync(Others), await OfWholeDaysAsync(warehouse));

        var counts = await warehouse.PublishAsync(Restated(), entity: AdSet);

        Assert.Equal(new PublishCounts(14, 1, 12, 1, 1), counts);
        Assert.Equal(others, await warehouse.Database.RowsAsync(Others));
        Assert.Equal(whole, await OfWholeDaysAsync(warehouse));
        Assert.Equal(["(70004,2026-02-27)"], await warehouse.Database.RowsAsync("select entity_id, date from meta_insights_tombstones"));
        Assert.Equal(await warehouse.Database.RowsAsync(Sums), await warehouse.Database.RowsAsync(Held));
        Assert.Equal(
            ["(70001,restated,6)", "(70004,restated,7)", "(70007,backfilled,1)"],
            await warehouse.Database.RowsAsync("""
                select entity_id, reason, count(*) from (
                  select entity_id, case reason when 'corrected' then 'restated' else reason end as reason from meta_insights_revisions where metric = 'spend'
                ) r group by 1, 2 order by 1
                """));
    }

    [Fact]
    public async Task A_second_publish_of_the_same_writes_no_row()
    {
        await using var warehouse = await LoadedAsync();
        await warehouse.PublishAsync(Restated(), entity: AdSet);
        var before = await warehouse.SnapshotAsync();

        var counts = await warehouse.PublishAsync(Restated(), entity: AdSet);

        Assert.Equal(new PublishCounts(14, 0, 0, 14, 0), counts);
        Assert.Equal(before, await warehouse.SnapshotAsync());
    }

    [Fact]
    public async Task An_object_without_rows_loses_its_own_alone()
    {
        await using var warehouse = await LoadedAsync();

        Assert.Equal(7, (await warehouse.PublishAsync([], entity: new EntityScope(InsightsLevel.Ad, "70002"))).Vanished);
        Assert.Equal(35, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
        Assert.Equal(35, (await warehouse.PublishAsync([], entity: new EntityScope(InsightsLevel.Campaign, "9001"))).Vanished);
        Assert.Empty(await warehouse.Database.RowsAsync(Held));
    }

    [Fact]
    public async Task Days_of_which_only_the_object_was_read_have_no_sum_until_all_are_read()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var rows = WarehouseFixture.AdRows(1);

        await warehouse.PublishAsync(rows, entity: AdSet);

        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily"));
        Assert.Empty(await warehouse.Database.RowsAsync(Held));
        Assert.Empty(await warehouse.Database.RowsAsync("select date from meta_insights_days"));
        Assert.Empty(await warehouse.Database.RowsAsync("select stream from data_freshness_marks"));
        Assert.Empty(await warehouse.Database.RowsAsync("select job from sync_cursors where meta_last_window_end is not null"));

        // Not one row differs, and yet there is something to sum up.
        Assert.Equal(new PublishCounts(7, 0, 0, 7, 0), await warehouse.PublishAsync(rows));
        Assert.Equal(await warehouse.Database.RowsAsync(Sums), await warehouse.Database.RowsAsync(Held));
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_days"));
    }

    [Fact]
    public async Task Rows_of_a_day_that_was_read_whole_without_any_are_summed_up_at_once()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync([]);

        await warehouse.PublishAsync(WarehouseFixture.AdRows(1), entity: AdSet);

        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from daily_meta_metrics where ads = 1"));
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_revisions where metric = 'spend' and reason = 'backfilled'"));
    }

    [Fact]
    public async Task What_is_held_back_of_whole_days_neither_counts_nor_changes()
    {
        await using var warehouse = await LoadedAsync();
        // A run over all objects was answered too little.
        var partial = await warehouse.StageAsync(WarehouseFixture.AdRows(2));
        var whole = SliceJudge.Judge(await warehouse.Store.ExamineAsync(partial, default), null, mayPullAgain: false);
        await warehouse.Store.PublishAsync(partial, 14, whole, default);
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_reconciliation where verdict = 'held'"));
        var said = await OfWholeDaysAsync(warehouse);

        var slice = await warehouse.StageAsync(Restated(), entity: AdSet);
        var evidence = await warehouse.Store.ExamineAsync(slice, default);
        var judgement = SliceJudge.Judge(evidence, null, mayPullAgain: false);
        await warehouse.Store.PublishAsync(slice, 14, judgement, default);

        Assert.All(evidence.Days, day => Assert.Equal((2L, null, null), (day.HeldRows, day.AccountTotals, day.HeldBackKeys)));
        var held = Assert.Single(judgement.HeldDays);
        Assert.Equal(held, Assert.Single(evidence.Days, day => day.MissingRows > 0).Date);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_tombstones"));
        Assert.Equal(2.26m + 5.26m, await warehouse.Database.ScalarAsync<decimal>("select sum(spend) from meta_insights_daily where adset_id = '8001' and date = $1", held));
        Assert.Equal(said, await OfWholeDaysAsync(warehouse));
        Assert.Equal(await warehouse.Database.RowsAsync(Sums), await warehouse.Database.RowsAsync(Held));
    }

    [Fact]
    public async Task A_connection_that_dies_before_any_statement_leaves_the_old_rows()
    {
        await using var warehouse = await LoadedAsync();
        var names = new List<string>();
        warehouse.Publisher.BeforeStatement = (name, _) =>
        {
            names.Add(name);
            return Task.CompletedTask;
        };
        await warehouse.PublishAsync(Restated(), entity: AdSet);
        warehouse.Publisher.BeforeStatement = null;
        Assert.Equal(
            ["Plan", "Fence", "Held", "Closed", "CopyStaging", "Revisions", "Tombstone", "Update", "Insert", "Raw", "Unstage", "AggregateGone", "AggregateWhole", "Commit"],
            names.Except(["CountStaged"]));
        // The rehearsal published; bring the old rows back.
        await warehouse.PublishAsync(WarehouseFixture.AdRows(6));
        var old = await warehouse.VisibleAsync();

        foreach (var fatal in names)
        {
            var slice = await warehouse.StageAsync(Restated(), entity: AdSet);
            warehouse.Publisher.BeforeStatement = (name, connection) => name == fatal ? KillAsync(warehouse, connection) : Task.CompletedTask;

            await Assert.ThrowsAnyAsync<NpgsqlException>(() => warehouse.Store.PublishAsync(slice, 14, default));

            warehouse.Publisher.BeforeStatement = null;
            Assert.Equal(old, await warehouse.VisibleAsync());
        }

        Assert.Equal(12, (await warehouse.PublishAsync(Restated(), entity: AdSet)).Changed);
    }

    /// <summary>The ad set's rows: all but one cost more, one is gone, and one is of an ad that nobody knew.</summary>
    private static List<InsightRow> Restated()
    {
        var rows = WarehouseFixture.AdRows(6, spend: 2.25m).Where(row => row.AdSetId == AdSet.Id).ToList();
        rows.RemoveAll(row => row.AdId == "70004" && row.Date == WarehouseFixture.Week.Since.AddDays(1));
        rows[0] = WarehouseFixture.AdRow(1, rows[0].Date, 2.25m);
        rows.Add(WarehouseFixture.AdRow(7, WarehouseFixture.Week.Until, 3m));
        return rows;
    }

    private static async Task<List<string>> OfWholeDaysAsync(WarehouseFixture warehouse)
    {
        var rows = new List<string>();
        foreach (var sql in OfWholeDays)
            rows.AddRange(await warehouse.Database.RowsAsync(sql));
        return rows;
    }

    private static Task KillAsync(WarehouseFixture warehouse, NpgsqlConnection connection) =>
        warehouse.Database.ExecuteAsync("select pg_terminate_backend($1)", connection.ProcessID);

    private async Task<WarehouseFixture> LoadedAsync()
    {
        var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(6));
        return warehouse;
    }
}
