using MetaGrains.Cli.Demo;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Cli.Tests.Support;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Testing;

namespace MetaGrains.Cli.Tests.Demo;

/// <summary>How the demo waits for the runs that it asks for, on the real tables.</summary>
public sealed class DemoRunsTests
{
    private const string Ask = "POST /v1/tenants/demo/accounts/act_1/sync/runs";

    private static readonly DemoTarget Target = new(
        AdAccountId.Parse("act_1"), "Shop", "EUR", new DateRange(new DateOnly(2026, 2, 6), new DateOnly(2026, 3, 5)));

    [Fact]
    public async Task A_run_is_waited_for_and_its_numbers_are_those_of_SQL()
    {
        await using var database = await DatabaseAsync();
        await using var api = await ScriptedApi.StartAsync();
        var run = await RunAsync(database, "queued");
        api.On(Ask, Accepted(run));

        var waiting = WaitAsync(database, api);
        await Eventually.TrueAsync(() => Task.FromResult(api.AskedFor.Count == 1), "the run is asked for");
        await database.ExecuteAsync("update sync_runs set status = 'succeeded', calls = 4, rows_read = 40, rows_inserted = 30, duration_ms = 250 where run_id = $1", run);
        var report = (await waiting)[Target.Id];

        Assert.Equal((RunOutcome.Succeeded, 4, 40, 30, false), (report.Outcome, report.Calls, report.Rows.Read, report.Rows.Inserted, report.RateLimited));
        Assert.Equal("""{"job":"incremental","since":"2026-02-06","until":"2026-03-05"}""", api.AskedFor[0].Body);
    }

    [Fact]
    public async Task A_run_that_was_cut_off_is_asked_for_again_and_counts_as_throttled_if_it_was()
    {
        await using var database = await DatabaseAsync();
        await using var api = await ScriptedApi.StartAsync();
        var first = await RunAsync(database, "failed");
        await database.ExecuteAsync("update sync_runs set rate_limited = true where run_id = $1", first);
        api.On(Ask, Accepted(first), Accepted(await RunAsync(database, "succeeded")));

        var report = (await WaitAsync(database, api))[Target.Id];

        Assert.Equal((RunOutcome.Succeeded, true), (report.Outcome, report.RateLimited));
        Assert.Equal(2, api.AskedFor.Select(asked => asked.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public async Task A_run_that_fails_three_times_has_failed()
    {
        await using var database = await DatabaseAsync();
        await using var api = await ScriptedApi.StartAsync();
        api.On(Ask, Accepted(await RunAsync(database, "failed")), Accepted(await RunAsync(database, "superseded")), Accepted(await RunAsync(database, "failed")));
        await database.ExecuteAsync("update sync_runs set error_message = 'Meta says no.'");

        var report = (await WaitAsync(database, api))[Target.Id];

        Assert.Equal((RunOutcome.Failed, "Meta says no.", 3), (report.Outcome, report.ErrorMessage, api.AskedFor.Count));
    }

    private static async Task<Dictionary<AdAccountId, RunReport>> WaitAsync(TestDatabase database, ScriptedApi api)
    {
        using var client = new ApiClient(new ApiAccess(api.Url, ScriptedApi.Key), TimeProvider.System);
        var runs = new DemoRuns(client, new AskedRuns(database.Source), new Terminal(false, TextWriter.Null, TextWriter.Null), TimeProvider.System);
        return await runs.RunAsync("demo", [Target], default);
    }

    private static Reply Accepted(long run) => new(202, $$"""{"run_id":{{run}},"message":"Accepted."}""");

    private static async Task<TestDatabase> DatabaseAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("insert into tenants (slug, name, currency) values ('demo', 'Demo', 'EUR')");
        await database.ExecuteAsync("insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) select id, 'act_1', 'Shop', 'EUR', 'Europe/Prague' from tenants");
        return database;
    }

    private static Task<long> RunAsync(TestDatabase database, string status) => database.ScalarAsync<long>(
        """
        insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at)
        select id, 'act_1', 'incremental', 'api', $1, 1, now() from tenants
        returning run_id
        """,
        status);
}
