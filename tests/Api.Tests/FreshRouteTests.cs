using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>Crons outside ask for fresh data: by their secret, and not more often than the cooldown lets them.</summary>
public sealed class FreshRouteTests
{
    private const string Path = "/api/scheduler/meta";
    private const string Runs = "select ad_account_id, job, trigger, status from sync_runs order by run_id";

    [Fact]
    public async Task Every_enabled_account_of_a_connection_gets_one_run_however_many_ask_at_once_and_then_it_cools_down()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        var tenant = await ConnectedAsync(api);
        await api.AccountAsync(await api.TenantAsync(), "act_900");

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.PostAsync(Path, key: ApiSystem.CronSecret)));

        Assert.All(replies, reply => reply.Is(202));
        var first = Assert.Single(replies, reply => reply["enqueued"] != "0");
        Assert.Equal("Meta sync enqueued: 2 runs of 1 integration.", first["message"]);
        Assert.Equal(["(act_101,fresh,scheduler,queued)", "(act_102,fresh,scheduler,queued)"], await api.Database.RowsAsync(Runs));
        Assert.Equal("Meta sync enqueued: 0 runs of 0 integrations; 1 is cooling down.", (await api.PostAsync(Path)).Is(202)["message"]);

        await api.Database.ExecuteAsync("update integrations set fresh_asked_at = fresh_asked_at - interval '61 minutes'");
        await api.Database.ExecuteAsync("update sync_runs set status = 'succeeded' where ad_account_id = 'act_101'");
        var later = (await api.PostAsync(Path, key: ApiSystem.CronSecret)).Is(202);

        Assert.Equal(("1", "1"), (later["integrations"], later["enqueued"]));
        Assert.Equal(3, (await api.Database.RowsAsync(Runs)).Count);
        await api.Database.ExecuteAsync("update tenants set sync_enabled = false where id = $1", tenant.Id);
        await api.Database.ExecuteAsync("update integrations set fresh_asked_at = null");
        Assert.Equal("""{"integrations":0,"cooling":0,"enqueued":0,"message":"Meta sync enqueued: 0 runs of 0 integrations."}""", (await api.PostAsync(Path)).Is(202).Text);
    }

    [Fact]
    public async Task Only_the_secret_and_the_operators_key_open_it_and_the_secret_opens_nothing_else()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        var tenant = await ConnectedAsync(api);

        (await api.PostAsync(Path, key: null)).IsProblem(401);
        (await api.PostAsync(Path, key: ApiSystem.CronSecret + "x")).IsProblem(401);
        (await api.PostAsync(Path, key: tenant.Key)).IsProblem(403);
        (await api.GetAsync("/v1/tenants", ApiSystem.CronSecret)).IsProblem(401);
        (await api.PutAsync("/v1/scheduler", """{"enabled":false}""", ApiSystem.CronSecret)).IsProblem(401);

        Assert.Empty(await api.Database.RowsAsync(Runs));
    }

    [Fact]
    public async Task Switched_off_jobs_answer_404_to_crons_as_well()
    {
        await using var api = await ApiSystem.StartAsync(silo: false, jobsEnabled: false);

        (await api.PostAsync(Path, key: ApiSystem.CronSecret)).IsProblem(404);
    }

    private static async Task<TestTenant> ConnectedAsync(ApiSystem api)
    {
        var tenant = await api.TenantAsync();
        foreach (var number in Enumerable.Range(1, 3))
            await api.AccountAsync(tenant, $"act_10{number}", enabled: number < 3);
        await api.Database.ExecuteAsync("insert into integrations (tenant_id, name) values ($1, 'main')", tenant.Id);
        await api.Database.ExecuteAsync("update ad_accounts set integration_id = (select id from integrations) where tenant_id = $1", tenant.Id);
        return tenant;
    }
}
