using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>What accounts will cost, before they are there.</summary>
[Collection(SharedSystem.Name)]
public sealed class PlanRouteTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Fact]
    public async Task Accounts_that_are_added_cost_what_the_tenants_own_runs_have_cost()
    {
        var tenant = await Api.TenantAsync();
        (await Api.SendAsync("PATCH", tenant.Url, """{"budget":{"mode":"fixed","calls_per_hour":1000}}""")).Is(200);
        await Api.AccountAsync(tenant);
        await Api.Database.ExecuteAsync("update ad_accounts set tier = 'high' where tenant_id = $1", tenant.Id);
        // Five runs of tier took 6 calls each; the rest was never run and is estimated.
        await Api.Database.ExecuteAsync(
            """
            insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, window_since, window_until, started_at, finished_at, calls)
            select $1, 'act_101', 'tier', 'schedule', 'succeeded', 1, '2026-03-01', '2026-03-02', now(), now(), 6 from generate_series(1, 5)
            """, tenant.Id);

        var now = (await Api.GetAsync($"{tenant.Url}/plan", tenant.Key)).Is(200);
        var more = (await Api.GetAsync($"{tenant.Url}/plan?add_accounts=400&tier=high&backfill_months=1", tenant.Key)).Is(200);
        var countries = (await Api.GetAsync($"{tenant.Url}/plan?add_accounts=400&tier=high&breakdowns=country,region", tenant.Key)).Is(200);

        var job = now.Json["tiers"]![0]!["jobs"]!.AsArray().Single(known => (string)known!["job"]! == "tier")!;
        Assert.Equal("""{"job":"tier","runs_per_day":24,"calls_per_run":6,"learned":true}""", job.ToJsonString());
        Assert.Equal(("900", "0"), (now["allowance_per_hour"], now["backfill_days"]));
        Assert.Equal(401, (int)more.Json["tiers"]![0]!["accounts"]!);
        Assert.Equal(401, (double)more.Json["calls_per_hour"]! / (double)now.Json["calls_per_hour"]!, 3.0);
        Assert.True((double)more.Json["share"]! > 1);
        Assert.Contains("high will be late", more["message"], StringComparison.Ordinal);
        Assert.True((double)more.Json["tiers"]![0]!["reached_minutes"]! > 60);
        Assert.Null(more["backfill_days"]);
        Assert.True((double)countries.Json["calls_per_hour"]! > (double)more.Json["calls_per_hour"]!);
    }

    [Fact]
    public async Task What_cannot_be_planned_is_refused_with_what_can()
    {
        var tenant = await Api.TenantAsync();

        Assert.Equal("add_accounts", (await Api.GetAsync($"{tenant.Url}/plan?add_accounts=-1")).IsProblem(400)["field"]);
        Assert.Equal("tier", (await Api.GetAsync($"{tenant.Url}/plan?tier=hihg")).IsProblem(400)["field"]);
        Assert.Contains("age_gender", (await Api.GetAsync($"{tenant.Url}/plan?breakdowns=countri")).IsProblem(400)["fix"], StringComparison.Ordinal);
        Assert.Null((await Api.GetAsync($"{tenant.Url}/plan")).Is(200)["share"]);
    }
}
