using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>kill -9 of the whole process while it publishes, at each table that a publish touches.</summary>
public sealed class KilledProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("meta_insights_days")]
    [InlineData("meta_insights_raw")]
    [InlineData("daily_meta_metrics")]
    public async Task A_process_that_is_killed_while_it_publishes_leaves_the_old_slices_and_the_next_run_heals(string blockedTable)
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        Assert.Equal(0, (await DemoAsync(database, seed: 1)).ExitCode);
        var old = await VisibleAsync(database);

        await using (var blocker = await database.Source.OpenConnectionAsync())
        {
            // Another seed is another source: every row differs. The lock holds publish in the middle of its transaction.
            await using var held = await blocker.BeginTransactionAsync();
            await using (var take = new NpgsqlCommand($"lock table {blockedTable} in access exclusive mode", blocker))
                await take.ExecuteNonQueryAsync();
            using var process = CliProcess.Start(RepositoryRoot.Path, Variables(database), Arguments(seed: 2));
            await UntilAsync(database, $"select count(*) > 0 from pg_locks where relation = '{blockedTable}'::regclass and not granted", "publish waits for the lock");
            process.Kill();
            Assert.Equal(137, (await process.EndAsync()).ExitCode);
            await held.RollbackAsync();
        }

        await UntilAsync(database, "select count(*) = 0 from pg_stat_activity where datname = current_database() and application_name = 'metagrains' and pid <> pg_backend_pid() and state <> 'idle'", "the dead process's backends are gone");
        Assert.Equal(old, await VisibleAsync(database));

        var healed = await DemoAsync(database, seed: 2);
        Assert.True(healed.Json.GetProperty("match").GetBoolean());
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from insights_staging"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from sync_runs where status = 'running'"));
    }

    private static Dictionary<string, string?> Variables(TestDatabase database) =>
        new() { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = new string('a', 64) };

    private static string[] Arguments(int seed) =>
        ["demo", "--in-process", "--accounts", "1", "--seed", $"{seed}", "--since", "2026-10-01", "--until", "2026-10-07", "--json"];

    private static Task<CliResult> DemoAsync(TestDatabase database, int seed) =>
        CliProcess.RunAsync(RepositoryRoot.Path, Variables(database), Arguments(seed));

    private static async Task<IReadOnlyList<string>> VisibleAsync(TestDatabase database) =>
    [
        .. await database.RowsAsync("select report, entity_id, date, spend, impressions, content_hash from meta_insights_daily order by row_key"),
        .. await database.RowsAsync("select ad_account_id, date, spend, impressions from daily_meta_metrics order by 1, 2"),
        .. await database.RowsAsync("select entity_id, date from meta_insights_tombstones order by 1, 2"),
    ];

    private static async Task UntilAsync(TestDatabase database, string condition, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await database.ScalarAsync<bool>(condition))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Deadline)
                throw new TimeoutException($"Waited {Deadline} until {what}.");
            await Task.Yield();
        }
    }
}
