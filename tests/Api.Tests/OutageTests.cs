using MetaGrains.Api.Tests.Support;
using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.Api.Tests;

/// <summary>What is accepted while a part is away is kept; what cannot be answered says when to try again.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Without_a_silo_everything_that_is_a_row_succeeds_and_what_only_a_grain_knows_says_503()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        var tenant = await api.TenantAsync();
        var account = await api.AccountAsync(tenant, enabled: false);

        var replies = await Task.WhenAll(
            api.PutAsync($"{account}/sync", """{"enabled":true,"tier":"high"}""", tenant.Key),
            api.PostAsync($"{account}/sync/runs", """{"job":"fresh"}""", tenant.Key),
            api.PostAsync($"{tenant.Url}/connections", """{"access_token":"EAABsomething"}""", tenant.Key),
            api.PutAsync($"{tenant.Url}/sync", """{"enabled":true}""", tenant.Key),
            api.SendAsync("PATCH", tenant.Url, """{"budget":{"mode":"fixed"}}"""));
        var unanswered = await Task.WhenAll(
            api.GetAsync($"{account}/sync/explain"), api.GetAsync($"{tenant.Url}/rate-limit"), api.PostAsync("/v1/scheduler/run"), api.GetAsync("/readyz", null));
        var cluster = (await api.GetAsync("/v1/cluster")).Is(200);

        Assert.Equal([200, 202, 202, 200, 200], replies.Select(reply => reply.Status));
        Assert.Null(replies[0]["live"]);
        Assert.Equal(("true", "high"), (replies[0]["enabled"], replies[0]["tier"]));
        Assert.All(unanswered, reply => Assert.NotNull(reply.IsProblem(503).Headers.RetryAfter));
        Assert.Contains("silo", unanswered[3]["detail"], StringComparison.Ordinal);
        Assert.Equal(("false", "[]"), (cluster["ready"], cluster.Json["silos"]!.ToJsonString()));
        (await api.GetAsync("/healthz", null)).Is(200);
        Assert.Equal(1L, await api.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'queued'"));
        Assert.Equal(1L, await api.Database.ScalarAsync<long>("select count(*) from integrations where discovery_requested_at is not null"));

        await api.StartSiloAsync();

        (await api.GetAsync($"{account}/sync/explain")).Is(200);
    }

    [Fact]
    public async Task A_question_asked_while_the_silo_restarts_is_answered_by_the_next_one()
    {
        await using var api = await ApiSystem.StartAsync();
        var tenant = await api.TenantAsync();
        var account = await api.AccountAsync(tenant);
        (await api.GetAsync($"{account}/sync/explain")).Is(200);
        await api.StopSiloAsync();
        (await api.GetAsync("/readyz", null)).IsProblem(503);

        var asked = api.GetAsync($"{account}/sync/explain");
        await api.StartSiloAsync();

        (await asked).Is(200);
        (await api.GetAsync($"{tenant.Url}/rate-limit")).Is(200);
    }

    [Fact]
    public async Task While_the_database_is_away_requests_say_503_and_after_it_they_succeed()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        var tenant = await api.TenantAsync();
        var account = await api.AccountAsync(tenant);
        await using var elsewhere = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        await elsewhere.ExecuteAsync($"alter database {api.Database.Name} allow_connections false");
        await elsewhere.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", api.Database.Name);
        var replies = await Task.WhenAll(
            api.GetAsync(tenant.Url), api.GetAsync(tenant.Url, tenant.Key), api.GetAsync($"{tenant.Url}/accounts"),
            api.PutAsync($"{account}/sync", """{"enabled":true}"""), api.PostAsync($"{account}/sync/runs", "{}"),
            api.PostAsync($"{tenant.Url}/connections", """{"access_token":"EAABsomething"}"""), api.GetAsync("/readyz", null));
        (await api.GetAsync("/healthz", null)).Is(200);
        (await api.GetAsync("/v1/tenants", "wrong")).IsProblem(401);
        await elsewhere.ExecuteAsync($"alter database {api.Database.Name} allow_connections true");

        Assert.All(replies, reply => Assert.NotNull(reply.IsProblem(503).Headers.RetryAfter));
        Assert.All(replies, reply => Assert.Contains("PostgreSQL", reply["detail"], StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await api.GetAsync(tenant.Url, tenant.Key)).Status == 200, "it is served again");
        api.Database.Source.Clear();
        Assert.Equal(0L, await api.Database.ScalarAsync<long>("select count(*) from sync_runs"));
        Assert.Equal(0L, await api.Database.ScalarAsync<long>("select count(*) from integrations"));
    }

    [Fact]
    public async Task A_database_without_the_schema_is_told_apart_from_one_that_is_away()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        await api.Database.ExecuteAsync("delete from schema_migrations where version = (select max(version) from schema_migrations)");
        Assert.Contains("migrate", (await api.GetAsync("/readyz", null)).IsProblem(503)["detail"], StringComparison.Ordinal);

        await api.Database.ExecuteAsync("alter table tenants rename to tenants_away");

        Assert.Contains("migrate", (await api.GetAsync("/v1/tenants")).IsProblem(503)["fix"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_tells_its_caller_nothing_but_where_it_is_in_the_log()
    {
        await using var api = await ApiSystem.StartAsync(silo: false);
        await api.Database.ExecuteAsync("alter table tenants alter column created_at type text using 'unmistakable'");

        var reply = (await api.PostAsync("/v1/tenants", """{"slug":"x","name":"x","currency":"EUR"}""")).IsProblem(500);

        Assert.DoesNotContain("created_at", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(NpgsqlException), reply.Text, StringComparison.Ordinal);
        Assert.Contains(api.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(reply["trace_id"]!, StringComparison.Ordinal));
    }
}
