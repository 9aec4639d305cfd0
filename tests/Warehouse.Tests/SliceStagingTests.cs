using MetaGrains.Core.Sync;
using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

/// <summary>Where pages wait, and that their memory comes back.</summary>
public sealed class SliceStagingTests
{
    private const long Memory = 1 << 20;
    private const string Waiting = "select count(*) from insights_staging";

    [Fact]
    public async Task Pages_take_memory_until_they_are_published_discarded_or_their_run_ends()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: Memory);

        var discarded = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        var ofAll = warehouse.Staging.Free;
        await warehouse.Store.DiscardAsync(discarded, 1, 3, default);
        Assert.InRange(warehouse.Staging.Free, ofAll + 1, Memory - 1);
        await warehouse.Store.DiscardAsync(discarded, default);
        Assert.Equal(Memory, warehouse.Staging.Free);

        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        Assert.Equal(Memory, warehouse.Staging.Free);

        var ended = await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        Assert.NotEqual(Memory, warehouse.Staging.Free);
        await warehouse.Store.EndRunAsync(ended.Run, new RunReport { Outcome = RunOutcome.Failed }, default);
        Assert.Equal(Memory, warehouse.Staging.Free);

        await warehouse.StageAsync(WarehouseFixture.AdRows(1));
        await warehouse.Store.BeginRunAsync(warehouse.Account, "incremental", "test", WarehouseFixture.Week, null, default);
        Assert.Equal(Memory, warehouse.Staging.Free);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>(Waiting));
    }

    [Fact]
    public async Task What_is_beyond_the_limit_waits_in_the_table_and_is_published_with_the_rest()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: PublishFromBothTests.Both);

        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(3));

        Assert.InRange(await warehouse.Database.ScalarAsync<long>(Waiting), 1, 20);
        Assert.InRange(warehouse.Staging.Free, 0, PublishFromBothTests.Both - 1);
        Assert.Equal(21, (await warehouse.Store.PublishAsync(slice, 21, default)).Inserted);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>(Waiting));
        Assert.Equal(PublishFromBothTests.Both, warehouse.Staging.Free);
    }

    [Fact]
    public async Task Unchanged_rows_are_not_sent_and_changed_ones_leave_staging_empty()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        var rows = WarehouseFixture.AdRows(3);
        rows[4] = WarehouseFixture.AdRow(1, rows[4].Date, 77m);
        var slice = await warehouse.StageAsync(rows);
        var sent = -1L;
        warehouse.Publisher.BeforeStatement = async (name, connection) =>
        {
            if (name != "Update")
                return;
            await using var count = new NpgsqlCommand(Waiting, connection);
            sent = (long)(await count.ExecuteScalarAsync())!;
        };

        var counts = await warehouse.Store.PublishAsync(slice, 21, default);

        Assert.Equal((1, 20, 1L), (counts.Changed, counts.Unchanged, sent));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>(Waiting));
    }

    [Fact]
    public async Task A_row_that_comes_twice_or_from_another_day_refuses_the_slice_wherever_it_waits()
    {
        foreach (var memory in new[] { Memory, PublishFromBothTests.Both, 0 })
        {
            await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: memory);
            var rows = WarehouseFixture.AdRows(1);
            var twice = await warehouse.StageAsync([.. rows, rows[0]]);
            Assert.Contains("1 of 8 rows came twice", (await Assert.ThrowsAsync<SliceRejectedException>(() => warehouse.Store.PublishAsync(twice, 8, default))).Message, StringComparison.Ordinal);

            var stray = await warehouse.StageAsync([.. rows, WarehouseFixture.AdRow(1, WarehouseFixture.Week.Until.AddDays(1), 1m)]);
            Assert.Contains("1 of 8 rows lie outside", (await Assert.ThrowsAsync<SliceRejectedException>(() => warehouse.Store.PublishAsync(stray, 8, default))).Message, StringComparison.Ordinal);
            Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from fact_meta_daily"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Wherever_pages_wait_the_same_is_published(int seed)
    {
        var visible = new List<IReadOnlyList<string>>();
        foreach (var memory in new[] { Memory, PublishFromBothTests.Both, 0 })
        {
            await using var warehouse = await WarehouseFixture.CreateAsync(new ManualTimeProvider(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)), memory);
            var chance = new Random(seed);
            for (var round = 0; round < 6; round++)
                await warehouse.PublishAsync([.. WarehouseFixture.AdRows(5).Where(_ => chance.Next(4) > 0).Select(row => chance.Next(3) > 0 ? row : row with { Spend = chance.Next(100), Reach = null })]);
            visible.Add(
            [
                .. await warehouse.VisibleAsync(),
                .. await warehouse.Database.RowsAsync("select content_hash, impressions, clicks, reach, run_id, first_seen, updated_at, date, ad_account_id, report, level, entity_id, campaign_id, adset_id, ad_id, breakdown_key, attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads, revenue, breakdowns, actions, incomplete from meta_insights_daily order by entity_id, date"),
                .. await warehouse.Database.RowsAsync("select run_id, fetched_at, date, ad_account_id, report, payload::text from meta_insights_raw order by date, payload::text"),
            ]);
        }

        // Rows are in the order of their keys, which the tenant's id decides.
        Assert.Equal(visible[0].Order(), visible[1].Order());
        Assert.Equal(visible[0].Order(), visible[2].Order());
    }
}
