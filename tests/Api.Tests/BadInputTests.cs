using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>A bad request says what is wrong and what to do, and changes nothing.</summary>
[Collection(SharedSystem.Name)]
public sealed class BadInputTests(SharedSystem system)
{
    private const string Sync = "{a}/sync";
    private const string Runs = "{a}/sync/runs";
    private const string Tenants = "/v1/tenants";

    private ApiSystem Api => system.Api;

    [Theory]
    [InlineData("POST", Tenants, """{"slug":"ok"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"Not-Ok","name":"x","currency":"EUR"}""", "slug")]
    [InlineData("POST", Tenants, """{"slug":"-x","name":"x","currency":"EUR"}""", "slug")]
    [InlineData("POST", Tenants, """{"slug":"","name":"x","currency":"EUR"}""", "slug")]
    [InlineData("POST", Tenants, """{"slug":"ok\u0000","name":"x","currency":"EUR"}""", "slug")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"","currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"   ","currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"a\u0000b","currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"\ud800","currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":7,"currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":null,"currency":"EUR"}""", "name")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"euro"}""", "currency")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":null}""", "budget")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":5}""", "budget")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{}}""", "budget.mode")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"fxed"}}""", "budget.mode", "'fixed'")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"fixed","calls_per_hour":0}}""", "budget.calls_per_hour")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"fixed","calls_per_hour":1.5}}""", "budget.calls_per_hour")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"fixed","calls_per_hour":99999999999}}""", "budget.calls_per_hour")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"fixed","callsPerHour":5}}""", "budget.callsPerHour", "'calls_per_hour'")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","budget":{"mode":"meta","calls_per_hour":5}}""", "budget.calls_per_hour")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","curency":"EUR","currency":"EUR"}""", "curency", "'currency'")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","\ud800":1}""", null)]
    [InlineData("POST", Tenants, """{"slug":"ok","slug":"ok","name":"x","currency":"EUR"}""", null)]
    [InlineData("POST", Tenants, """["slug"]""", "")]
    [InlineData("POST", Tenants, "null", "")]
    [InlineData("POST", Tenants, "", null)]
    [InlineData("POST", Tenants, "{", null)]
    [InlineData("POST", Tenants, """{"slug":"ok"} {}""", null)]
    [InlineData("POST", Tenants, """{"slug":"ok",}""", null)]
    [InlineData("PATCH", "{t}", "{}", "name")]
    [InlineData("PATCH", "{t}", """{"slug":"new"}""", "slug")]
    [InlineData("PATCH", "{t}", """{"name":null}""", "name")]
    [InlineData("PATCH", "{t}", """{"budget":{"calls_per_hour":5}}""", "budget.mode")]
    [InlineData("PATCH", "{t}", """{"auto_tier":null}""", "auto_tier")]
    [InlineData("PATCH", "{t}", """{"auto_tier":{"min":"low"}}""", "auto_tier.max")]
    [InlineData("PATCH", "{t}", """{"auto_tier":{"min":"low","max":"hihg"}}""", "auto_tier.max", "'high'")]
    [InlineData("PATCH", "{t}", """{"auto_tier":{"min":"auto","max":"high"}}""", "auto_tier.min", "high, medium, low")]
    [InlineData("PATCH", "{t}", """{"auto_tier":{"min":"high","max":"low"}}""", "auto_tier.max", "swap them")]
    [InlineData("POST", Tenants, """{"slug":"ok","name":"x","currency":"EUR","auto_tier":{"min":"high","max":"medium"}}""", "auto_tier.max", "swap them")]
    [InlineData("PUT", "{t}/sync", "{}", "enabled")]
    [InlineData("PUT", "{t}/sync", """{"enabled":"false"}""", "enabled")]
    [InlineData("PUT", "{t}/sync", """{"enabled":null}""", "enabled")]
    [InlineData("POST", "{t}/keys", "{}", "name")]
    [InlineData("POST", "{t}/keys", """{"name":""}""", "name")]
    [InlineData("DELETE", "{t}/keys/not-a-uuid", null, "id")]
    [InlineData("POST", "{t}/connections", "{}", "access_token")]
    [InlineData("POST", "{t}/connections", """{"access_token":""}""", "access_token")]
    [InlineData("POST", "{t}/connections", """{"access_token":"two words"}""", "access_token")]
    [InlineData("POST", "{t}/connections", """{"access_token":"x","enable":"yes"}""", "enable")]
    [InlineData("POST", "{t}/connections", """{"access_token":"x","enable":true,"tier":"hihg"}""", "tier", "'high'")]
    [InlineData("POST", "{t}/connections", """{"access_token":"x","name":""}""", "name")]
    [InlineData("POST", "{t}/connections", """{"token":"x","access_token":"x"}""", "token")]
    [InlineData("GET", "{t}/connections/7", null, "id")]
    [InlineData("DELETE", "{t}/connections/7", null, "id")]
    [InlineData("POST", "{t}/connections/7/discover", null, "id")]
    [InlineData("GET", "{t}/accounts?limit=0", null, "limit")]
    [InlineData("GET", "{t}/accounts?limit=501", null, "limit")]
    [InlineData("GET", "{t}/accounts?limit=ten", null, "limit")]
    [InlineData("GET", "{t}/accounts?limit=1&limit=2", null, "limit")]
    [InlineData("GET", "{t}/accounts?limit=", null, "limit")]
    [InlineData("GET", "{t}/accounts?cursor=x", null, "cursor")]
    [InlineData("GET", "{t}/accounts?cursor=", null, "cursor")]
    [InlineData("GET", "{t}/accounts?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{t}/accounts?cursor=AAAA", null, "cursor")]
    [InlineData("GET", "{t}/keys?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{t}/connections?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "/v1/tiers?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{a}/sync/runs?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{t}/accounts?tier=hgh", null, "tier", "'high'")]
    [InlineData("GET", "{t}/accounts?tier=%00", null, "tier")]
    [InlineData("GET", "{t}/accounts?health=throtled", null, "health", "'throttled'")]
    [InlineData("GET", "{t}/accounts?enabled=yes", null, "enabled")]
    [InlineData("GET", "{t}/accounts?heath=active", null, "heath", "'health'")]
    [InlineData("GET", "{t}?verbose=true", null, "verbose")]
    [InlineData("GET", "{t}/accounts/act_0/sync", null, "account")]
    [InlineData("GET", "{t}/accounts/act_12x/sync", null, "account")]
    [InlineData("GET", "{t}/accounts/-5/sync", null, "account")]
    [InlineData("GET", "{t}/accounts/99999999999999999999/sync/explain", null, "account")]
    [InlineData("PUT", Sync, "{}", "enabled")]
    [InlineData("PUT", Sync, """{"enabled":1}""", "enabled")]
    [InlineData("PUT", Sync, """{"enabled":true,"tier":"mediun"}""", "tier", "'medium'")]
    [InlineData("PUT", Sync, """{"tier":"atuo"}""", "tier", "'auto'")]
    [InlineData("PUT", "{t}/accounts/sync", """{"tier":"low","of_tier":"auto"}""", "of_tier")]
    [InlineData("PUT", Sync, """{"enabled":true,"tier":null}""", "tier")]
    [InlineData("PUT", Sync, """{"enabled":true,"teir":"low"}""", "teir", "'tier'")]
    [InlineData("POST", Runs, """{"job":"backfill"}""", "job", "tier, initial, fresh, incremental, deep, entities, reconcile")]
    [InlineData("POST", Runs, """{"job":"backfill"}""", "job", "tier, initial, fresh, incremental")]
    [InlineData("POST", Runs, """{"job":"incremantal"}""", "job", "'incremental'")]
    [InlineData("POST", Runs, """{"job":7}""", "job")]
    [InlineData("POST", Runs, """{"since":"2026-01-01"}""", "until")]
    [InlineData("POST", Runs, """{"until":"2026-01-01"}""", "since")]
    [InlineData("POST", Runs, """{"since":"2026-01-05","until":"2026-01-01"}""", "until", "Swap")]
    [InlineData("POST", Runs, """{"since":"2026-1-5","until":"2026-01-09"}""", "since", "YYYY-MM-DD")]
    [InlineData("POST", Runs, """{"since":"2026-02-30","until":"2026-03-01"}""", "since")]
    [InlineData("POST", Runs, """{"since":20260101,"until":"2026-01-09"}""", "since")]
    [InlineData("POST", Runs, """{"since":"2015-01-01","until":"2026-01-09"}""", "since", "Send days from")]
    [InlineData("POST", Runs, """{"since":"2026-01-01","until":"2100-01-01"}""", "until", "Send days from")]
    [InlineData("POST", Runs, """{"date_preset":"last_8d"}""", "date_preset", "'last_7d'")]
    [InlineData("POST", Runs, """{"date_preset":"last_7d","since":"2026-01-01","until":"2026-01-02"}""", "date_preset")]
    [InlineData("POST", Runs, """{"datePreset":"last_7d"}""", "datePreset", "'date_preset'")]
    [InlineData("POST", Runs, """{"entity":"12x"}""", "entity", "digits")]
    [InlineData("POST", Runs, """{"entity":""}""", "entity", "digits")]
    [InlineData("POST", Runs, """{"entity":"120210000000000000001"}""", "entity", "digits")]
    [InlineData("POST", Runs, """{"entity":9000}""", "entity")]
    [InlineData("POST", Runs, """{"entity":"9000"}""", "entity", "campaigns")]
    [InlineData("POST", Runs, """{"job":"entities","entity":"9000"}""", "entity", "tier, initial, fresh, incremental, deep.")]
    [InlineData("POST", Runs, """{"job":"reconcile","entity":"9000"}""", "entity", "Leave entity out")]
    [InlineData("GET", "{a}/sync/runs?status=done", null, "status")]
    [InlineData("GET", "{a}/sync/runs/latest", null, "id")]
    [InlineData("PUT", "/v1/tiers/low", "{}", "interval_minutes")]
    [InlineData("PUT", "/v1/tiers/low", """{"interval_minutes":0}""", "interval_minutes", "1 to 43200")]
    [InlineData("PUT", "/v1/tiers/low", """{"interval_minutes":43201}""", "interval_minutes")]
    [InlineData("PUT", "/v1/tiers/low", """{"date_range_days":367}""", "date_range_days", "1 to 366")]
    [InlineData("PUT", "/v1/tiers/low", """{"cron":"* * * *"}""", "cron", "or null for the interval")]
    [InlineData("PUT", "/v1/tiers/low", """{"interval_minutes":60,"cron":"61 * * * *"}""", "cron", "MON-FRI")]
    [InlineData("PUT", "/v1/tiers/low", """{"cron":""}""", "cron")]
    [InlineData("PUT", "/v1/tiers/low", """{"cron":5}""", "cron")]
    [InlineData("PUT", "/v1/tiers/low", """{"interval_minutes":null}""", "interval_minutes")]
    [InlineData("GET", "{t}/insights", null, "level", "account, campaign, adset, ad")]
    [InlineData("GET", "{t}/insights?level=ads", null, "level", "'ad'")]
    [InlineData("GET", "{t}/insights?level=ad&since=2026-02-30", null, "since", "YYYY-MM-DD")]
    [InlineData("GET", "{t}/insights?level=ad&since=2026-03-05&until=2026-03-01", null, "until", "Swap")]
    [InlineData("GET", "{t}/insights?level=ad&fields=spend,sepnd", null, "fields", "'spend'")]
    [InlineData("GET", "{t}/insights?level=ad&fields=", null, "fields")]
    [InlineData("GET", "{t}/insights?level=ad&fields=spend)%20from%20tenants--", null, "fields")]
    [InlineData("GET", "{t}/insights?level=ad&fields=date&time_increment=all", null, "fields")]
    [InlineData("GET", "{t}/insights?level=ad&fields=actions&as_of=2026-03-01T00:00:00Z", null, "fields")]
    [InlineData("GET", "{t}/insights?level=ad&format=xml", null, "format", "json, csv")]
    [InlineData("GET", "{t}/insights?level=ad&account=101x", null, "account", "digits")]
    [InlineData("GET", "{t}/insights?level=ad&account=act_101,", null, "account")]
    [InlineData("GET", "{t}/insights?level=ad&campaign_id=x", null, "campaign_id", "digits")]
    [InlineData("GET", "{t}/insights?level=ad&adset_id=%00", null, "adset_id")]
    [InlineData("GET", "{t}/insights?level=ad&ad_id=1,%D9%A3", null, "ad_id")]
    [InlineData("GET", "{t}/insights?level=ad&entity_id=", null, "entity_id")]
    [InlineData("GET", "{t}/insights?level=ad&as_of=2026-03-01", null, "as_of", "2026-03-02T08:00:00Z")]
    [InlineData("GET", "{t}/insights?level=ad&as_of=2026-03-01T10:00:00+01:00", null, "as_of", "%2B")]
    [InlineData("GET", "{t}/insights?level=ad&as_of=2026-03-01T00:00:00Z&attribution_window=7d_click", null, "attribution_window")]
    [InlineData("GET", "{t}/insights?level=ad&attribution_window=9d", null, "attribution_window", "7d_click")]
    [InlineData("GET", "{t}/insights?level=ad&totals=yes", null, "totals")]
    [InlineData("GET", "{t}/insights?level=ad&totals=true&format=csv", null, "totals", "time_increment=all")]
    [InlineData("GET", "{t}/insights?level=ad&time_increment=7", null, "time_increment", "day, all")]
    [InlineData("GET", "{t}/insights?report=ad_dialy", null, "report", "'ad_daily'")]
    [InlineData("GET", "{t}/insights?report=ad_daily&level=campaign", null, "level", "ad")]
    [InlineData("GET", "{t}/insights?report=ad_daily&breakdowns=age", null, "breakdowns")]
    [InlineData("GET", "{t}/insights?level=ad&breakdowns=age,shoe_size", null, "breakdowns")]
    [InlineData("GET", "{t}/insights?level=ad&limit=0", null, "limit")]
    [InlineData("GET", "{t}/insights?level=ad&limit=2&cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{t}/insights?level=ad&cursor=MToyMDI2LTAyLTMwL2EvYi9j", null, "cursor")]
    [InlineData("GET", "{t}/insights?level=ad&feilds=spend", null, "feilds", "'fields'")]
    [InlineData("GET", "{t}/campaigns?status=active", null, "status", "ACTIVE")]
    [InlineData("GET", "{t}/campaigns?include_deleted=1", null, "include_deleted")]
    [InlineData("GET", "{t}/campaigns?campaign_id=1", null, "campaign_id", "Known")]
    [InlineData("GET", "{t}/ads?id=act_1", null, "id")]
    [InlineData("GET", "{t}/creatives?effective_status=ACTIVE", null, "effective_status")]
    [InlineData("GET", "{t}/ad-sets/x/history", null, "id")]
    [InlineData("GET", "{t}/freshness?behind=maybe", null, "behind")]
    [InlineData("GET", "{t}/revisions?seen_since=monday", null, "seen_since")]
    [InlineData("GET", "{t}/revisions?metric=spent", null, "metric", "'spend'")]
    [InlineData("GET", "{t}/revisions?cursor=MTphY21l", null, "cursor")]
    [InlineData("GET", "{t}/reconciliation?verdict=mach", null, "verdict", "'match'")]
    [InlineData("GET", "{t}/finality?finality=finl", null, "finality", "'final'")]
    [InlineData("GET", "{t}/export?format=xlsx", null, "format", "csv, ndjson")]
    [InlineData("GET", "/v1/incidents?tenant=nobody-there", null, "tenant", "GET /v1/tenants")]
    [InlineData("GET", "/v1/incidents?tenant=%00", null, "tenant")]
    [InlineData("GET", "/v1/incidents?open=yes", null, "open")]
    [InlineData("DELETE", "{t}?erase=later", null, "erase", "now")]
    public async Task A_bad_value_is_refused_by_name_and_nothing_changes(string method, string path, string? body, string? field, string fix = "")
    {
        var tenant = await Api.TenantAsync();
        var account = await Api.AccountAsync(tenant);
        var before = await Api.ContentAsync();

        var reply = await Api.SendAsync(
            method, path.Replace("{t}", tenant.Url, StringComparison.Ordinal).Replace("{a}", account, StringComparison.Ordinal), body);

        reply.IsProblem(400);
        Assert.Equal(field, reply["field"]);
        Assert.Contains(fix, reply["fix"], StringComparison.Ordinal);
        Assert.Equal(before, await Api.ContentAsync());
        Assert.Equal(0, Told.Times($"acct/{tenant.Id}/act_101"));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var reply = (await Api.PostAsync(Tenants, """{"slug":7,"nmae":"x","currency":null}""")).IsProblem(400);

        Assert.Equal(["slug", "nmae", "currency", "name"], reply.Json["errors"]!.AsArray().Select(error => (string)error!["field"]!));
    }

    [Fact]
    public async Task An_unfit_idempotency_key_is_refused()
    {
        var tenant = await Api.TenantAsync();
        var runs = await Api.AccountAsync(tenant) + "/sync/runs";

        foreach (var key in new[] { "", new string('k', 201) })
            Assert.Equal("Idempotency-Key", (await Api.SendAsync("POST", runs, "{}", headers: ("Idempotency-Key", key))).IsProblem(400)["field"]);

        Assert.Equal(0L, await Api.Database.ScalarAsync<long>("select count(*) from sync_runs where tenant_id = $1", tenant.Id));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("")]
    public async Task A_body_that_is_not_said_to_be_JSON_is_refused(string mediaType)
    {
        var tenant = await Api.TenantAsync();

        var reply = await Api.SendAsync("PATCH", tenant.Url, """{"name":"new"}""", mediaType: mediaType);

        Assert.Equal("Content-Type", reply.IsProblem(415)["field"]);
        Assert.Equal("Tenant", (await Api.GetAsync(tenant.Url))["name"]);
    }

    [Fact]
    public async Task A_body_of_more_than_64_KiB_is_refused()
    {
        var tenant = await Api.TenantAsync();

        (await Api.SendAsync("PATCH", tenant.Url, $$"""{"name":"{{new string('x', 65_536)}}"}""")).IsProblem(413);
        var fits = await Api.SendAsync("PATCH", tenant.Url, """{"name":"new"}""" + new string(' ', 65_000));

        Assert.Equal("new", fits.Is(200)["name"]);
    }

    [Fact]
    public async Task An_unknown_route_and_a_wrong_method_are_problems_too()
    {
        Assert.Contains("/docs", (await Api.GetAsync("/v2/nothing")).IsProblem(404)["fix"], StringComparison.Ordinal);
        (await Api.GetAsync("/v1/tenants/no-such-tenant")).IsProblem(404);
        (await Api.GetAsync("/v1/tenants/a%20b")).IsProblem(404);
        var wrong = (await Api.DeleteAsync("/v1/tenants")).IsProblem(405);

        Assert.Contains("POST", wrong["fix"], StringComparison.Ordinal);
    }
}
