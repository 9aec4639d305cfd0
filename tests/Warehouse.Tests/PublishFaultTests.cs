using System.Text;
using MetaGrains.Core.Insights;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Tests.Local;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class PublishFaultTests
{
    [Fact]
    public async Task A_publish_that_loses_a_deadlock_is_done_again_and_publishes_once()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        await using var rival = await warehouse.Database.Source.OpenConnectionAsync();
        await ExecuteAsync(rival, "set deadlock_timeout = '60s'; begin; select * from daily_meta_metrics for update");
        Task? waiting = null;
        warehouse.Publisher.BeforeStatement = async (name, _) =>
        {
            if (name != "Aggregate" || waiting is not null)
                return;
            waiting = Task.Run(() => ExecuteAsync(rival, "select * from sync_cursors for update; commit"));
            await Eventually.TrueAsync(() => Locks.SomebodyWaitsAsync(warehouse.Database), "the rival waits for the pen");
        };

        var counts = await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend: 5m));

        await waiting!;
        Assert.Equal(14, counts.Changed);
        Assert.Equal(14, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_revisions"));
    }

    [MountFact]
    public async Task A_disk_that_is_full_leaves_what_was_published_and_the_slice_is_published_once_there_is_room()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        var data = await warehouse.Database.ScalarAsync<string>("show data_directory");
        await using var disk = await TinyDisk.MountAsync(megabytes: 4, ownedLike: data);
        var space = $"tiny_{Guid.NewGuid():N}";
        await warehouse.Database.ExecuteAsync($"create tablespace {space} location '{disk.Folder}'");
        try
        {
            await warehouse.Database.ExecuteAsync($"alter table meta_insights_raw_2026_02 set tablespace {space}");
            var old = await warehouse.VisibleAsync();
            var rows = Enumerable.Range(1, 4000).Select(ad => Noisy(WarehouseFixture.AdRow(ad, WarehouseFixture.Week.Since, 1m))).ToList();
            var slice = await warehouse.StageAsync(rows);

            var full = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Store.PublishAsync(slice, rows.Count, default));

            Assert.Equal(PostgresErrorCodes.DiskFull, full.SqlState);
            Assert.Equal(old, await warehouse.VisibleAsync());
            await disk.GrowAsync(megabytes: 64);
            Assert.Equal(rows.Count, (await warehouse.Store.PublishAsync(slice, rows.Count, default)).Read);
        }
        finally
        {
            await warehouse.Database.ExecuteAsync("alter table meta_insights_raw_2026_02 set tablespace pg_default");
            await warehouse.Database.ExecuteAsync($"drop tablespace {space}");
        }
    }

    // Text that no compression makes small.
    private static InsightRow Noisy(InsightRow row)
    {
        var noise = new byte[1200];
        new Random(row.AdId!.GetHashCode(StringComparison.Ordinal)).NextBytes(noise);
        return row with { AdId = "9" + row.AdId, Raw = Encoding.UTF8.GetBytes($"{{\"noise\":\"{Convert.ToBase64String(noise)}\"}}") };
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
