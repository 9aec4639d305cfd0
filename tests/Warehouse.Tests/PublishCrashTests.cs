using MetaGrains.Core.Insights;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class PublishCrashTests
{
    /// <summary>Rows change, appear and vanish in one slice, so that every statement of a publish has something to do.</summary>
    private static List<InsightRow> Restated()
    {
        var rows = WarehouseFixture.AdRows(3);
        rows.RemoveAt(0);
        rows[3] = WarehouseFixture.AdRow(1, rows[3].Date, 99m);
        rows.Add(WarehouseFixture.AdRow(9, WarehouseFixture.Week.Until, 3m));
        return rows;
    }

    [Fact]
    public async Task A_connection_that_dies_before_any_statement_leaves_the_old_slice()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        var statements = await StatementsAsync(warehouse);
        Assert.Equal(
            ["Plan", "Fence", "Held", "Closed", "CopyStaging", "Revisions", "Tombstone", "Update", "Insert", "Raw", "Unstage", "Summed", "AggregateGone", "Aggregate", "Days", "Freshness", "Cursor", "Commit"],
            statements);
        // The rehearsal published; bring the old slice back.
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        var old = await warehouse.VisibleAsync();

        foreach (var fatal in statements)
        {
            var slice = await warehouse.StageAsync(Restated());
            warehouse.Publisher.BeforeStatement = (name, connection) => name == fatal ? KillAsync(warehouse, connection) : Task.CompletedTask;

            await Assert.ThrowsAnyAsync<NpgsqlException>(() => warehouse.Store.PublishAsync(slice, Restated().Count, default));

            warehouse.Publisher.BeforeStatement = null;
            Assert.Equal(old, await warehouse.VisibleAsync());
        }

        var counts = await warehouse.PublishAsync(Restated());
        Assert.Equal((1, 1, 1), (counts.Inserted, counts.Changed, counts.Vanished));
    }

    [Fact]
    public async Task A_reader_sees_the_old_slice_until_commit_and_the_new_one_after_it()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        var old = await warehouse.VisibleAsync();
        var slice = await warehouse.StageAsync(Restated());
        var seen = new List<IReadOnlyList<string>>();
        warehouse.Publisher.BeforeStatement = async (_, _) => seen.Add(await warehouse.VisibleAsync());

        await warehouse.Store.PublishAsync(slice, Restated().Count, default);

        Assert.Equal(18, seen.Count);
        Assert.All(seen, visible => Assert.Equal(old, visible));
        Assert.NotEqual(old, await warehouse.VisibleAsync());
    }

    [Fact]
    public async Task A_first_load_and_a_reread_run_only_the_statements_that_have_something_to_do()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        Assert.Equal(
            ["Plan", "Fence", "Held", "Closed", "CopyFact", "CopyRaw", "AggregateAll", "Days", "Freshness", "Cursor", "Commit"],
            await StatementsAsync(warehouse));
        Assert.Equal(["Plan", "Fence", "Held", "Summed", "Days", "Freshness", "Cursor", "Commit"], await StatementsAsync(warehouse));
    }

    [Fact]
    public async Task Rows_that_had_all_vanished_and_are_back_replace_the_raw_rows_that_had_stayed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(Restated());
        await warehouse.Database.ExecuteAsync("delete from meta_insights_daily");
        await warehouse.Database.ExecuteAsync("update meta_insights_raw set payload = '{}'");

        Assert.Equal(
            [
                "Plan", "Fence", "Held", "Closed", "CopyStaging", "Revisions", "InsertAll", "RawNew",
                "Plan", "Fence", "Held", "Closed", "CopyStaging", "Revisions", "InsertAll", "RawAll", "Unstage", "AggregateAll", "Days", "Freshness", "Cursor", "Commit",
            ],
            await StatementsAsync(warehouse));

        Assert.Equal(Restated().Count, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_raw where payload::text <> '{}'"));
    }

    [Fact]
    public async Task A_connection_that_dies_before_any_statement_of_a_first_load_leaves_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        foreach (var fatal in new[] { "CopyFact", "CopyRaw", "AggregateAll", "Days", "Commit" })
        {
            var slice = await warehouse.StageAsync(Restated());
            var before = await warehouse.VisibleAsync();
            warehouse.Publisher.BeforeStatement = (name, connection) => name == fatal ? KillAsync(warehouse, connection) : Task.CompletedTask;

            await Assert.ThrowsAnyAsync<NpgsqlException>(() => warehouse.Store.PublishAsync(slice, Restated().Count, default));

            warehouse.Publisher.BeforeStatement = null;
            Assert.Equal(before, await warehouse.VisibleAsync());
        }

        Assert.Equal(Restated().Count, (await warehouse.PublishAsync(Restated())).Inserted);
    }

    private static async Task<List<string>> StatementsAsync(WarehouseFixture warehouse)
    {
        var names = new List<string>();
        warehouse.Publisher.BeforeStatement = (name, _) =>
        {
            names.Add(name);
            return Task.CompletedTask;
        };
        await warehouse.PublishAsync(Restated());
        warehouse.Publisher.BeforeStatement = null;
        return names;
    }

    private static Task KillAsync(WarehouseFixture warehouse, NpgsqlConnection connection) =>
        warehouse.Database.ExecuteAsync("select pg_terminate_backend($1)", connection.ProcessID);
}
