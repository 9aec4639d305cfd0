using MetaGrains.Api.Tests.Support;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tests;

/// <summary>Ad accounts: lists from PostgreSQL, switches that hold at once, and what only the grain knows.</summary>
[Collection(SharedSystem.Name)]
public sealed class AccountRouteTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Fact]
    public async Task A_list_is_filtered_by_tier_health_and_switch_and_wakes_no_grain()
    {
        var tenant = await Api.TenantAsync();
        await Api.AccountAsync(tenant, "act_101");
        await Api.AccountAsync(tenant, "act_102", enabled: false);
        await Api.AccountAsync(tenant, "act_103");
        await Api.Database.ExecuteAsync("update ad_accounts set tier = 'high' where tenant_id = $1 and ad_account_id = 'act_103'", tenant.Id);

        Assert.Equal(["act_101", "act_102", "act_103"], await IdsAsync(""));
        Assert.Equal(["act_103"], await IdsAsync("?tier=high"));
        Assert.Equal(["act_102"], await IdsAsync("?enabled=false"));
        Assert.Equal(["act_101", "act_103"], await IdsAsync("?enabled=true"));
        Assert.Equal(["act_102"], await IdsAsync("?health=paused"));
        Assert.Equal(["act_103"], await IdsAsync("?health=not_connected&tier=high"));
        Assert.Empty(await IdsAsync("?health=throttled"));
        Assert.Equal(0, Told.Times($"acct/{tenant.Id}/act_101"));

        async Task<IEnumerable<string>> IdsAsync(string query) =>
            (await Api.GetAsync($"{tenant.Url}/accounts{query}", tenant.Key)).Is(200).Data.Select(account => (string)account!["id"]!);
    }

    [Fact]
    public async Task Pages_hold_every_account_once_though_rows_come_between()
    {
        var tenant = await Api.TenantAsync();
        foreach (var number in Enumerable.Range(1, 5))
            await Api.AccountAsync(tenant, $"act_{number}00");

        var first = (await Api.GetAsync($"{tenant.Url}/accounts?limit=2")).Is(200);
        await Api.AccountAsync(tenant, "act_150");
        await Api.AccountAsync(tenant, "act_250");
        var second = (await Api.GetAsync($"{tenant.Url}/accounts?limit=2&cursor={first["next_cursor"]}")).Is(200);
        var third = (await Api.GetAsync($"{tenant.Url}/accounts?limit=2&cursor={second["next_cursor"]}")).Is(200);

        Assert.Equal(
            ["act_100", "act_200", "act_250", "act_300", "act_400", "act_500"],
            first.Data.Concat(second.Data).Concat(third.Data).Select(account => (string)account!["id"]!));
        Assert.Null(third["next_cursor"]);
    }

    [Fact]
    public async Task Enabling_and_moving_holds_at_once_and_the_grain_is_told()
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant, enabled: false);

        var changed = (await Api.PutAsync($"{account}/sync", """{"enabled":true,"tier":"high"}""", tenant.Key)).Is(200);
        var paused = (await Api.PutAsync($"{tenant.Url}/accounts/101/sync", """{"enabled":false}""", tenant.Key)).Is(200);

        Assert.Equal(("act_101", "true", "high"), (changed["id"], changed["enabled"], changed["tier"]));
        Assert.Equal("""{"running_job":"tier","run_id":7,"waiting":2}""", changed.Json["live"]!.ToJsonString());
        Assert.Equal(("false", "high", "paused"), (paused["enabled"], paused["tier"], (string?)paused.Json["health"]!["state"]));
        Assert.Equal(2, Told.Times($"acct/{tenant.Id}/act_101"));
        Assert.Equal(
            ["id", "name", "currency", "timezone", "account_status", "connection_id", "enabled", "tier", "auto_tier", "auto_tier_reason", "health", "next_due_at", "backoff_until",
             "retry_at", "consecutive_errors", "last_error", "last_run", "live"],
            paused.Json.Select(member => member.Key));
        (await Api.PutAsync($"{tenant.Url}/accounts/999/sync", """{"enabled":true}""")).IsProblem(404);
    }

    [Fact]
    public async Task An_account_in_tier_auto_says_so_and_why_until_somebody_names_its_tier()
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant);

        var moving = (await Api.PutAsync($"{account}/sync", """{"tier":"auto"}""", tenant.Key)).Is(200);
        await Api.Database.ExecuteAsync("update ad_accounts set tier = 'high', auto_tier_since = now(), auto_tier_reason = 'it grows' where tenant_id = $1", tenant.Id);
        var moved = (await Api.GetAsync($"{tenant.Url}/accounts", tenant.Key)).Is(200).Data[0]!;
        var chosen = (await Api.PutAsync($"{account}/sync", """{"tier":"high"}""", tenant.Key)).Is(200);

        Assert.Equal(("medium", "true", null), (moving["tier"], moving["auto_tier"], moving["auto_tier_reason"]));
        Assert.Equal(("high", true, "it grows"), ((string?)moved["tier"], (bool)moved["auto_tier"]!, (string?)moved["auto_tier_reason"]));
        Assert.Equal(("high", "false", null), (chosen["tier"], chosen["auto_tier"], chosen["auto_tier_reason"]));
    }

    [Fact]
    public async Task All_accounts_of_a_tenant_or_of_a_tier_are_switched_at_once_and_those_of_others_are_not()
    {
        var (tenant, other) = (await Api.TenantAsync(), await Api.TenantAsync());
        foreach (var number in Enumerable.Range(1, 3))
            await Api.AccountAsync(tenant, $"act_10{number}");
        await Api.AccountAsync(other);
        (await Api.PutAsync($"{tenant.Url}/accounts/103/sync", """{"tier":"low"}""", tenant.Key)).Is(200);

        var moved = (await Api.PutAsync($"{tenant.Url}/accounts/sync", """{"tier":"high","of_tier":"medium"}""", tenant.Key)).Is(200);
        var paused = (await Api.PutAsync($"{tenant.Url}/accounts/sync", """{"enabled":false}""", tenant.Key)).Is(200);
        var again = (await Api.PutAsync($"{tenant.Url}/accounts/sync", """{"enabled":false}""", tenant.Key)).Is(200);

        Assert.Equal("""{"selected":2,"changed":2,"message":"2 of 2 accounts were changed; they hear of it within seconds."}""", moved.Text);
        Assert.Equal(("3", "0"), (paused["changed"], again["changed"]));
        Assert.Equal(
            ["(act_101,high,f)", "(act_102,high,f)", "(act_103,low,f)", "(act_101,medium,t)"],
            await Api.Database.RowsAsync("select ad_account_id, tier, enabled from ad_accounts where tenant_id in ($1, $2) order by tenant_id = $2, 1", tenant.Id, other.Id));
        (await Api.PutAsync($"{tenant.Url}/accounts/sync", "{}", tenant.Key)).IsProblem(400);
        (await Api.PutAsync($"{tenant.Url}/accounts/sync", """{"tier":"hihg"}""", tenant.Key)).IsProblem(400);
        (await Api.PutAsync($"{tenant.Url}/accounts/sync", """{"tier":"auto"}""", tenant.Key)).Is(200);
        Assert.Equal(3, await Api.Database.ScalarAsync<long>("select count(*) from ad_accounts where auto_tier"));
    }

    [Fact]
    public async Task Everything_is_paused_and_resumed_by_the_operator_and_a_list_says_so_at_once()
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant);
        await Api.Database.ExecuteAsync("update ad_accounts set integration_id = null");

        var paused = (await Api.PutAsync("/v1/scheduler", """{"enabled":false,"reason":"An outage."}""")).Is(200);
        try
        {
            Assert.Equal(("false", "An outage."), (paused["enabled"], paused["reason"]));
            Assert.Equal(paused.Text, (await Api.PutAsync("/v1/scheduler", """{"enabled":false,"reason":"An outage."}""")).Is(200).Text);
            var health = (await Api.GetAsync($"{account}/sync", tenant.Key)).Is(200).Json["health"]!;
            Assert.Equal(("paused", "us", "Everything is paused by the operator."), ((string?)health["state"], (string?)health["owner"], (string?)health["reason"]));
            (await Api.PutAsync("/v1/scheduler", """{"enabled":true}""", tenant.Key)).IsProblem(403);
        }
        finally
        {
            (await Api.PutAsync("/v1/scheduler", """{"enabled":true}""")).Is(200);
        }

        Assert.Equal("true", (await Api.GetAsync("/v1/scheduler")).Is(200)["enabled"]);
        Assert.Equal("not_connected", (string?)(await Api.GetAsync($"{account}/sync", tenant.Key)).Is(200).Json["health"]!["state"]);
        (await Api.PutAsync("/v1/scheduler", "{}")).IsProblem(400);
    }

    [Fact]
    public async Task The_grain_explains_the_account_and_states_the_tenants_budget()
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant);

        var explained = (await Api.GetAsync($"{account}/sync/explain", tenant.Key)).Is(200);
        var budget = (await Api.GetAsync($"{tenant.Url}/rate-limit", tenant.Key)).Is(200);

        Assert.Equal(
            """{"account":"act_101","health":"active","tier":"medium","next_due_at":"2026-03-06T14:00:00Z","running_job":"tier","run_id":7,"waiting":2,"facts":[{"topic":"decision","text":"It runs.","at":"2026-03-06T14:00:00Z"},{"topic":"health","text":"It syncs.","at":null}]"""
            + ""","condition":{"state":"active","owner":"us","since":"2026-03-05T14:00:00Z","next_try":null,"reason":"It syncs."}"""
            + ""","decision":{"outcome":"waiting_for_budget","job":"tier","requested_run":null,"due_at":"2026-03-06T14:00:00Z","priority":"medium","effective_priority":"high","window":{"since":"2026-03-04","until":"2026-03-06"},"obstacle":null,"entity":null,"entity_level":null}"""
            + ""","schedule":{"interval_seconds":7200,"cron":null,"offset_seconds":1020,"wake_at":null}"""
            + ""","jobs":[{"job":"tier","due_at":"2026-03-06T14:00:00Z","window":{"since":"2026-03-04","until":"2026-03-06"},"reports":["ad_daily"],"cursor":null,"last_started_at":null,"last_succeeded_at":null,"last_calls":4,"errors":0,"retry_at":null,"obstacle":null}]"""
            + ""","budget":{"since":"2026-03-06T14:00:00Z","wanted":8,"reason":"queue","scope":"user/1","until":"2026-03-06T14:01:00Z","high_only_until":null,"ahead":4,"queue":9}"""
            + ""","reports":[{"report":"ad_daily","shape":"7-day pieces","since":"2026-03-06T14:00:00Z","left_out_until":null,"reason":null}],"incident":null,"last_run":null}""",
            explained.Text);
        Assert.Equal(
            """{"mode":"fixed","cap":180,"waiting":3,"high_only_until":"2026-03-06T14:00:00Z","scopes":[{"scope":"user","charged":42,"percent":21.5,"blocked_until":"2026-03-06T14:00:00Z","near_limit":false,"demand_per_hour":0,"allowance_per_hour":null}]}""",
            budget.Text);
        (await Api.GetAsync($"{tenant.Url}/accounts/999/sync/explain")).IsProblem(404);
    }

    [Fact]
    public async Task Incidents_are_the_operators_to_see_the_newest_first()
    {
        var store = new IncidentStore(Api.Database.Source);
        var (noon, open) = (new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero), new List<long>());
        foreach (var code in new[] { 1, 2 })
        {
            var found = new FoundIncident(new ErrorSignature(FailureKind.Transient, code, null), "Service temporarily unavailable", 340);
            open.Add((await store.OpenAsync(found, noon, _ => noon.AddMinutes(1), default)).Id);
        }

        await store.CloseAsync(open[0], IncidentStore.ByProbe, noon.AddMinutes(9), default);
        var all = (await Api.GetAsync("/v1/incidents?limit=1")).Is(200);
        var rest = (await Api.GetAsync($"/v1/incidents?limit=1&cursor={all["next_cursor"]}")).Is(200);

        Assert.Equal(
            $$"""{"id":{{open[1]}},"error":{"message":"Service temporarily unavailable","code":2,"subcode":null},"opened_at":"2026-03-06T12:00:00Z","closed_at":null,"closed_by":null,"reopened":0,"accounts":340,"probes":0,"last_probe_at":null,"next_probe_at":"2026-03-06T12:01:00Z"}""",
            Assert.Single(all.Data)!.ToJsonString());
        Assert.Equal("probe", (string?)Assert.Single(rest.Data)!["closed_by"]);
        Assert.Equal([open[1]], (await Api.GetAsync("/v1/incidents?open=true")).Is(200).Data.Select(incident => (long)incident!["id"]!));
        var tenant = await Api.TenantAsync();
        Assert.Empty((await Api.GetAsync($"/v1/incidents?tenant={tenant.Slug}")).Is(200).Data);
        (await Api.GetAsync("/v1/incidents", tenant.Key)).IsProblem(403);
    }

    [Fact]
    public async Task Tiers_are_listed_paged_and_changed_by_the_operator()
    {
        var tenant = await Api.TenantAsync();

        var first = (await Api.GetAsync("/v1/tiers?limit=2", tenant.Key)).Is(200);
        var rest = (await Api.GetAsync($"/v1/tiers?limit=2&cursor={first["next_cursor"]}", tenant.Key)).Is(200);
        var changed = (await Api.PutAsync("/v1/tiers/low", """{"interval_minutes":300}""")).Is(200);

        Assert.Equal(["high", "medium", "low"], first.Data.Concat(rest.Data).Select(tier => (string)tier!["tier"]!));
        Assert.Equal("""{"tier":"low","interval_minutes":300,"date_range_days":7,"cron":null,"description":"Inactive or low-priority accounts"}""", changed.Text);
        (await Api.PutAsync("/v1/tiers/low", """{"interval_minutes":240}""", tenant.Key)).IsProblem(403);
        (await Api.PutAsync("/v1/tiers/low", """{"interval_minutes":240}""")).Is(200);
        Assert.Equal("0,30 6-22 * * MON-FRI", (await Api.PutAsync("/v1/tiers/low", """{"cron":" 0,30  6-22 * * MON-FRI"}""")).Is(200)["cron"]);
        Assert.Equal("0,30 6-22 * * MON-FRI", (await Api.PutAsync("/v1/tiers/low", """{"date_range_days":7}""")).Is(200)["cron"]);
        Assert.Null((await Api.PutAsync("/v1/tiers/low", """{"cron":null}""")).Is(200)["cron"]);
        Assert.True(await Api.Database.ScalarAsync<bool>("select cron is null from meta_sync_config where tier = 'low'"));
        Assert.Contains("'medium'", (await Api.PutAsync("/v1/tiers/mediun", """{"interval_minutes":240}""")).IsProblem(404)["fix"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scheduler_the_cluster_and_health_answer_from_the_silo()
    {
        var run = (await Api.PostAsync("/v1/scheduler/run")).Is(202);
        var cluster = (await Api.GetAsync("/v1/cluster")).Is(200);

        Assert.Equal(("128", "64"), (run["due"], run["woken"]));
        Assert.Equal("true", cluster["ready"]);
        (await Api.PostAsync("/v1/cluster/silos/10.0.0.9:11111/drain")).IsProblem(404);
        Assert.Equal("active", (string?)Assert.Single(cluster.Json["silos"]!.AsArray())!["status"]);
        Assert.Contains(cluster.Json["activations"]!.AsArray(), count => (string?)count!["type"] == typeof(StandInSweep).FullName && (int)count["count"]! == 64);
        Assert.Equal("""{"status":"ok"}""", (await Api.GetAsync("/healthz?probe=1", null)).Is(200).Text);
        Assert.Equal("""{"status":"ready"}""", (await Api.GetAsync("/readyz", null)).Is(200).Text);
    }
}
