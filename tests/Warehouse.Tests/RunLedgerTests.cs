using MetaGrains.Core.Sync;
using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class RunLedgerTests
{
    [Fact]
    public async Task Of_runs_that_start_at_once_each_has_an_epoch_of_its_own_and_the_highest_alone_is_running()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var runs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => BeginAsync(warehouse))));

        Assert.Equal(Enumerable.Range(1, 16).Select(epoch => (long)epoch), runs.Select(run => run.Epoch).Order());
        var last = runs.MaxBy(run => run.Epoch)!;
        Assert.Equal([$"({last.Id},{last.Epoch})"], await warehouse.Database.RowsAsync("select run_id, run_epoch from sync_runs where status = 'running'"));
        Assert.Equal(15, await warehouse.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'superseded' and finished_at is not null and error_message <> ''"));
        Assert.Equal([$"({last.Epoch},{last.Id})"], await warehouse.Database.RowsAsync("select run_epoch, active_run from sync_cursors"));
    }

    [Fact]
    public async Task A_run_of_another_job_or_account_takes_nobodys_pen()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        await BeginAsync(warehouse);

        await warehouse.Runs.BeginAsync(warehouse.Account, "deep", "test", WarehouseFixture.Week, default);
        await warehouse.Runs.BeginAsync(other, "incremental", "test", WarehouseFixture.Week, default);

        Assert.Equal(3, await warehouse.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'running' and run_epoch = 1"));
    }

    [Fact]
    public async Task A_run_is_written_down_with_its_job_trigger_and_window_when_it_starts()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        await warehouse.Runs.BeginAsync(warehouse.Account, "deep", "cli", WarehouseFixture.Week, default);

        Assert.Equal(
            ["(act_101,deep,cli,running,1,2026-02-26,2026-03-04,t,)"],
            await warehouse.Database.RowsAsync("select ad_account_id, job, trigger, status, run_epoch, window_since, window_until, started_at <= now(), finished_at from sync_runs"));
    }

    [Fact]
    public async Task The_end_of_a_run_that_was_overtaken_leaves_the_later_run_its_pen_and_its_staging()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var overtaken = await BeginAsync(warehouse);
        var later = await warehouse.StageAsync(WarehouseFixture.AdRows(1));

        await warehouse.Runs.EndAsync(overtaken, new RunReport { Outcome = RunOutcome.Superseded, Calls = 4 }, default);

        Assert.Equal(later.Run.Id, await warehouse.Database.ScalarAsync<long>("select active_run from sync_cursors"));
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging where run_id = $1", later.Run.Id));
        Assert.Equal([$"({overtaken.Id},superseded,4)", $"({later.Run.Id},running,0)"], await warehouse.Database.RowsAsync("select run_id, status, calls from sync_runs order by run_id"));
        await warehouse.Store.PublishAsync(later, 7, default);
    }

    [Fact]
    public async Task The_end_of_a_run_gives_the_pen_back_empties_its_staging_and_keeps_the_epoch()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));

        await warehouse.Runs.EndAsync(slice.Run, new RunReport { Outcome = RunOutcome.Failed }, default);

        Assert.Equal(["(1,)"], await warehouse.Database.RowsAsync("select run_epoch, active_run from sync_cursors"));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging"));
    }

    [Fact]
    public async Task Every_figure_of_the_report_has_its_column()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var run = await BeginAsync(warehouse);

        await warehouse.Runs.EndAsync(run, new RunReport
        {
            Outcome = RunOutcome.Failed, Calls = 1, Retries = 2, Pages = 3, Bytes = 4, Rows = new PublishCounts(5, 6, 7, 8, 9),
            Duration = TimeSpan.FromMilliseconds(10), RateLimited = true, ErrorCode = 11, ErrorSubcode = 12, ErrorTrace = "13", ErrorMessage = "14",
        }, default);

        Assert.Equal(
            ["(failed,1,2,3,4,5,6,7,8,9,10,t,11,12,13,14,t)"],
            await warehouse.Database.RowsAsync("""
                select status, calls, retries, pages, bytes, rows_read, rows_inserted, rows_changed, rows_unchanged, rows_vanished,
                       duration_ms, rate_limited, error_code, error_subcode, error_trace, error_message, finished_at >= started_at
                from sync_runs
                """));
    }

    [Fact]
    public async Task Every_outcome_is_a_status_and_what_is_not_known_is_null()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        foreach (var outcome in Enum.GetValues<RunOutcome>())
        {
            await warehouse.Runs.EndAsync(await BeginAsync(warehouse), new RunReport { Outcome = outcome }, default);
        }

        Assert.Equal(
            ["(succeeded,,,,)", "(failed,,,,)", "(superseded,,,,)", "(cancelled,,,,)"],
            await warehouse.Database.RowsAsync("select status, error_code, error_subcode, error_trace, error_message from sync_runs order by run_id"));
    }

    [Fact]
    public async Task A_run_that_ends_while_another_begins_holds_nothing_the_other_needs()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var ending = await BeginAsync(warehouse);
        // The first half of a start: it holds the cursor and will want the row of the run that it overtakes.
        await using var starting = await warehouse.Database.Source.OpenConnectionAsync();
        await using var transaction = await starting.BeginTransactionAsync();
        await ExecuteAsync(starting, "update sync_cursors set run_epoch = run_epoch + 1");

        var end = warehouse.Runs.EndAsync(ending, new RunReport { Outcome = RunOutcome.Succeeded }, default);
        await Eventually.TrueAsync(() => Locks.SomebodyWaitsAsync(warehouse.Database), "the end waits for the start");
        await ExecuteAsync(starting, "select from sync_runs for update nowait");

        await transaction.CommitAsync();
        await end;
        Assert.Equal("succeeded", await warehouse.Database.ScalarAsync<string>("select status from sync_runs"));
    }

    [Fact]
    public async Task Starts_and_ends_in_any_mixture_never_fail()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < 10; round++)
                await warehouse.Runs.EndAsync(await BeginAsync(warehouse), new RunReport { Outcome = RunOutcome.Succeeded }, default);
        })));

        Assert.Equal(80, await warehouse.Database.ScalarAsync<long>("select run_epoch from sync_cursors"));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'running'"));
    }

    [Fact]
    public async Task A_run_of_an_unknown_account_is_not_started()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var unknown = warehouse.Account with { Account = Core.Accounts.AdAccountId.Parse("act_999") };

        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Runs.BeginAsync(unknown, "incremental", "test", WarehouseFixture.Week, default));

        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from sync_cursors"));
    }

    private static Task<SyncRun> BeginAsync(WarehouseFixture warehouse) =>
        warehouse.Runs.BeginAsync(warehouse.Account, "incremental", "test", WarehouseFixture.Week, default);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
