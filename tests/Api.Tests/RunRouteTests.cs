using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>Runs that are asked for: accepted once, kept, told.</summary>
[Collection(SharedSystem.Name)]
public sealed class RunRouteTests(SharedSystem system)
{
    private const int Callers = 20;

    private ApiSystem Api => system.Api;

    [Fact]
    public async Task A_run_is_accepted_kept_told_and_shown()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";
        var until = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-2);
        var (since, last) = ($"{until.AddDays(-6):yyyy-MM-dd}", $"{until:yyyy-MM-dd}");

        var plain = (await Api.PostAsync(runs, "{}", tenant.Key)).Is(202);
        var ranged = (await Api.PostAsync(runs, $$"""{"job":"incremental","since":"{{since}}","until":"{{last}}"}""", tenant.Key)).Is(202);
        var named = (await Api.PostAsync(runs, """{"job":"meta_fresh","date_preset":"last_7d"}""", tenant.Key)).Is(202);
        var shown = (await Api.GetAsync($"{runs}/{ranged["run_id"]}", tenant.Key)).Is(200);

        Assert.Equal($"{runs}/{plain["run_id"]}", plain.Headers.Location!.ToString());
        Assert.Equal(("incremental", "api", "queued", null), (shown["job"], shown["trigger"], shown["status"], shown["started_at"]));
        Assert.Equal($$"""{"since":"{{since}}","until":"{{last}}"}""", shown.Json["window"]!.ToJsonString());
        Assert.Equal("""{"read":0,"inserted":0,"changed":0,"unchanged":0,"vanished":0}""", shown.Json["rows"]!.ToJsonString());
        Assert.Equal(3, Told.Times($"acct/{tenant.Id}/act_101"));
        Assert.Equal(
            [named["run_id"], ranged["run_id"], plain["run_id"]],
            (await Api.GetAsync(runs)).Is(200).Data.Select(run => run!["id"]!.ToString()));
        Assert.Equal("fresh", (string?)(await Api.GetAsync(runs[..^5])).Is(200).Json["last_run"]!["job"]);
        (await Api.GetAsync($"{runs}/{long.MaxValue}")).IsProblem(404);
        (await Api.PostAsync($"{tenant.Url}/accounts/999/sync/runs", "{}")).IsProblem(404);
    }

    [Theory]
    [InlineData("9000", "campaign")]
    [InlineData("9001", "campaign")]
    [InlineData("8000", "adset")]
    [InlineData("7000", "ad")]
    public async Task A_run_for_one_object_is_accepted_once_and_says_which(string entity, string level)
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";
        await FactRows.ObjectsAsync(Api, tenant, "act_101");

        var all = (await Api.PostAsync(runs, """{"date_preset":"last_7d"}""", tenant.Key)).Is(202);
        var one = (await Api.PostAsync(runs, $$"""{"date_preset":"last_7d","entity":"{{entity}}"}""", tenant.Key)).Is(202);
        var again = (await Api.PostAsync(runs, $$"""{"date_preset":"last_7d","entity":"{{entity}}"}""", tenant.Key)).Is(202);

        Assert.NotEqual(all["run_id"], one["run_id"]);
        Assert.Equal(one["run_id"], again["run_id"]);
        var shown = (await Api.GetAsync($"{runs}/{one["run_id"]}", tenant.Key)).Is(200);
        Assert.Equal(("tier", entity, level), (shown["job"], shown["entity"], shown["entity_level"]));
        Assert.Null((await Api.GetAsync($"{runs}/{all["run_id"]}", tenant.Key)).Is(200)["entity"]);
        Assert.Equal(level, await Api.Database.ScalarAsync<string>("select request ->> 'entity_level' from sync_runs where run_id = $1", long.Parse(one["run_id"]!)));
    }

    [Fact]
    public async Task An_object_of_another_account_or_of_nobody_is_refused_and_so_is_a_key_that_named_another_object()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";
        var other = await Api.AccountAsync(tenant, "act_102") + "/sync/runs";
        await FactRows.ObjectsAsync(Api, tenant, "act_101");

        // A creative has no rows of its own.
        foreach (var (path, entity) in new[] { (other, "9000"), (runs, "4000"), (runs, "6000") })
        {
            var refused = (await Api.PostAsync(path, $$"""{"entity":"{{entity}}"}""", tenant.Key)).IsProblem(400);
            Assert.Equal("entity", refused["field"]);
            Assert.Contains($"/v1/tenants/{tenant.Slug}/campaigns", refused["fix"], StringComparison.Ordinal);
        }

        (await Api.SendAsync("POST", runs, """{"entity":"9000"}""", tenant.Key, headers: ("Idempotency-Key", "one"))).Is(202);
        (await Api.SendAsync("POST", runs, """{"entity":"8000"}""", tenant.Key, headers: ("Idempotency-Key", "one"))).IsProblem(409);
        Assert.Equal(1L, await Api.Database.ScalarAsync<long>("select count(*) from sync_runs where tenant_id = $1", tenant.Id));
    }

    [Fact]
    public async Task An_empty_body_asks_for_the_tiers_run()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";

        var asked = (await Api.PostAsync(runs)).Is(202);

        Assert.Equal("tier", (await Api.GetAsync($"{runs}/{asked["run_id"]}"))["job"]);
    }

    [Fact]
    public async Task The_same_ask_at_once_from_many_is_one_run_while_it_waits_and_another_afterwards()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";

        var replies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Api.PostAsync(runs, """{"job":"fresh"}""", tenant.Key)));
        var other = (await Api.PostAsync(runs, """{"job":"fresh","date_preset":"yesterday"}""")).Is(202);
        await Api.Database.ExecuteAsync("update sync_runs set status = 'succeeded' where run_id = $1", long.Parse(replies[0]["run_id"]!));
        var later = (await Api.PostAsync(runs, """{"job":"fresh"}""")).Is(202);

        Assert.All(replies, reply => reply.Is(202));
        var run = Assert.Single(replies.Select(reply => reply["run_id"]).Distinct());
        Assert.Equal(Callers - 1, replies.Count(reply => reply["message"]!.Contains("waits already", StringComparison.Ordinal)));
        Assert.Equal(3, new[] { run, other["run_id"], later["run_id"] }.Distinct().Count());
        Assert.Equal(3L, await Api.Database.ScalarAsync<long>("select count(*) from sync_runs where tenant_id = $1", tenant.Id));
    }

    [Fact]
    public async Task The_same_key_at_once_from_many_is_one_run_for_ever()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";

        var replies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => TriggerAsync("""{"job":"tier"}""", "march")));
        var run = Assert.Single(replies.Select(reply => reply.Is(202)["run_id"]).Distinct());
        await Api.Database.ExecuteAsync("update sync_runs set status = 'succeeded' where run_id = $1", long.Parse(run!));

        var later = (await TriggerAsync("""{"job":"tier"}""", "march")).Is(202);
        var other = (await TriggerAsync("""{"job":"fresh"}""", "march")).IsProblem(409);

        Assert.Equal(run, later["run_id"]);
        Assert.Contains("succeeded", later["message"], StringComparison.Ordinal);
        Assert.Equal("Idempotency-Key", other["field"]);
        Assert.NotEqual(run, (await TriggerAsync("""{"job":"tier"}""", "april")).Is(202)["run_id"]);
        Assert.Equal(2L, await Api.Database.ScalarAsync<long>("select count(*) from sync_runs where tenant_id = $1", tenant.Id));

        Task<Reply> TriggerAsync(string body, string key) => Api.SendAsync("POST", runs, body, tenant.Key, headers: ("Idempotency-Key", key));
    }

    [Fact]
    public async Task A_key_that_joins_a_waiting_run_stays_with_it()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";
        var waiting = (await Api.PostAsync(runs, "{}")).Is(202);

        var joined = (await Api.SendAsync("POST", runs, "{}", headers: ("Idempotency-Key", "mine"))).Is(202);
        await Api.Database.ExecuteAsync("update sync_runs set status = 'failed' where run_id = $1", long.Parse(waiting["run_id"]!));
        var repeated = (await Api.SendAsync("POST", runs, "{}", headers: ("Idempotency-Key", "mine"))).Is(202);

        Assert.Equal((waiting["run_id"], waiting["run_id"]), (joined["run_id"], repeated["run_id"]));
    }

    [Fact]
    public async Task Runs_are_paged_newest_first_and_filtered_while_new_ones_come()
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant);
        await InsertAsync(5, "succeeded");

        var first = (await Api.GetAsync($"{account}/sync/runs?limit=3")).Is(200);
        await InsertAsync(2, "failed");
        var second = (await Api.GetAsync($"{account}/sync/runs?limit=3&cursor={first["next_cursor"]}")).Is(200);

        var ids = first.Data.Concat(second.Data).Select(run => (long)run!["id"]!).ToArray();
        Assert.Equal(5, ids.Length);
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.Null(second["next_cursor"]);
        var failed = (await Api.GetAsync($"{account}/sync/runs?status=failed")).Is(200);
        Assert.Equal(2, failed.Data.Count);
        Assert.Equal("""{"message":"No.","code":190,"subcode":463,"trace_id":"AbC"}""", failed.Data[0]!["error"]!.ToJsonString());

        Task InsertAsync(int count, string status) => Api.Database.ExecuteAsync(
            """
            insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, window_since, window_until, started_at, error_message, error_code, error_subcode, error_trace)
            select $1, 'act_101', 'tier', 'schedule', $3, 1, '2026-03-01', '2026-03-03', now(),
                   case when $3 = 'failed' then 'No.' end, case when $3 = 'failed' then 190 end, case when $3 = 'failed' then 463 end, case when $3 = 'failed' then 'AbC' end
            from generate_series(1, $2)
            """, tenant.Id, count, status);
    }
}
