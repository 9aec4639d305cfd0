using MetaGrains.Api.Tests.Support;
using MetaGrains.Warehouse.Accounts;

namespace MetaGrains.Api.Tests;

/// <summary>Connections: what is asked for is committed, told and never shows the token.</summary>
[Collection(SharedSystem.Name)]
public sealed class ConnectionRouteTests(SharedSystem system)
{
    private const string Token = "EAABsecretTokenOfTheTests";

    private ApiSystem Api => system.Api;

    [Fact]
    public async Task A_connection_is_made_with_its_sealed_token_and_its_grain_is_told()
    {
        var tenant = await Api.TenantAsync();

        var made = (await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{Token}}","enable":true,"tier":"high"}""", tenant.Key)).Is(202);

        Assert.Equal(("main", "discovering", "0", null, null), (made["name"], made["status"], made["accounts"], made["error"], made["discovered_at"]));
        Assert.Equal($"{tenant.Url}/connections/{made["id"]}", made.Headers.Location!.ToString());
        Assert.Equal(1, Told.Times($"conn/{made["id"]}"));
        Assert.Equal("high", await Api.Database.ScalarAsync<string>("select enable_tier from integrations where id = $1", Guid.Parse(made["id"]!)));
        Assert.Equal(Token, (await new IntegrationStore(Api.Database.Source, Api.Keys, TimeProvider.System).TokenAsync(Guid.Parse(made["id"]!), default)).Reveal());
        Assert.Equal(made.Text, (await Api.GetAsync($"{tenant.Url}/connections/{made["id"]}", tenant.Key)).Is(200).Text);
        Assert.Equal("active", await StatusAsync("update integrations set discovered_at = discovery_requested_at where id = $1"));
        Assert.Equal("failed", await StatusAsync("update integrations set discovery_error = 'no', discovery_error_code = 190 where id = $1"));

        var again = (await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{Token}}2"}""", tenant.Key)).Is(202);
        Assert.Equal((made["id"], "discovering", null), (again["id"], again["status"], again["error"]));
        Assert.Equal(1L, await Api.Database.ScalarAsync<long>("select count(*) from integrations where tenant_id = $1 and enable_tier is null", tenant.Id));

        async Task<string?> StatusAsync(string sql)
        {
            await Api.Database.ExecuteAsync(sql, Guid.Parse(made["id"]!));
            return (await Api.GetAsync($"{tenant.Url}/connections/{made["id"]}"))["status"];
        }
    }

    [Fact]
    public async Task Discovering_again_asks_later_than_the_last_listing_even_if_that_clock_was_ahead()
    {
        var tenant = await Api.TenantAsync();
        var id = (await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{Token}}"}""")).Is(202)["id"]!;
        await Api.Database.ExecuteAsync("update integrations set discovered_at = now() + interval '1 hour' where id = $1", Guid.Parse(id));

        var asked = (await Api.PostAsync($"{tenant.Url}/connections/{id}/discover")).Is(202);

        Assert.Equal("discovering", asked["status"]);
        Assert.Equal(2, Told.Times($"conn/{id}"));
        (await Api.PostAsync($"{tenant.Url}/connections/{Guid.NewGuid()}/discover")).IsProblem(404);
    }

    [Fact]
    public async Task A_removed_connection_leaves_no_token_and_no_connected_account()
    {
        var tenant = await Api.TenantAsync();
        var id = (await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{Token}}"}""")).Is(202)["id"]!;
        var account = await Api.AccountAsync(tenant);
        await Api.Database.ExecuteAsync("update ad_accounts set integration_id = $1 where tenant_id = $2", Guid.Parse(id), tenant.Id);
        Assert.Equal("1", (await Api.GetAsync($"{tenant.Url}/connections/{id}"))["accounts"]);

        (await Api.DeleteAsync($"{tenant.Url}/connections/{id}", tenant.Key)).Is(204);

        Assert.Equal(0L, await Api.Database.ScalarAsync<long>("select count(*) from integration_secrets where integration_id = $1", Guid.Parse(id)));
        var shown = (await Api.GetAsync($"{account}/sync")).Is(200);
        Assert.Null(shown["connection_id"]);
        Assert.Equal("not_connected", (string?)shown.Json["health"]!["state"]);
        (await Api.GetAsync($"{tenant.Url}/connections/{id}")).IsProblem(404);
        Assert.Empty((await Api.GetAsync($"{tenant.Url}/connections")).Is(200).Data);
        (await Api.DeleteAsync($"{tenant.Url}/connections/{id}", tenant.Key)).Is(204);
    }

    [Fact]
    public async Task Another_tenants_connection_is_not_found_through_ones_own_path()
    {
        var (mine, other) = (await Api.TenantAsync(), await Api.TenantAsync());
        var id = (await Api.PostAsync($"{other.Url}/connections", $$"""{"access_token":"{{Token}}"}""")).Is(202)["id"]!;

        (await Api.GetAsync($"{mine.Url}/connections/{id}", mine.Key)).IsProblem(404);
        (await Api.DeleteAsync($"{mine.Url}/connections/{id}", mine.Key)).Is(204);
        (await Api.PostAsync($"{mine.Url}/connections/{id}/discover", key: mine.Key)).IsProblem(404);

        (await Api.GetAsync($"{other.Url}/connections/{id}", other.Key)).Is(200);
    }

    [Fact]
    public async Task The_token_is_in_no_answer_no_problem_no_log_and_no_table()
    {
        var tenant = await Api.TenantAsync();
        const string token = "EAABunmistakable9f3c1b52";
        var replies = new[]
        {
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{token}}"}"""),
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{token}} with a space"}"""),
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{token}}","tier":"none"}"""),
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{token}}" """),
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":"{{token}}","access_token":"{{token}}"}"""),
            await Api.PostAsync($"{tenant.Url}/connections", $$"""{"access_token":["{{token}}"]}"""),
            await Api.PostAsync($"{tenant.Url}/connections", $"\"{token}\"", mediaType: "text/plain"),
            await Api.GetAsync($"{tenant.Url}/connections"),
            await Api.GetAsync(tenant.Url, token),
        };

        Assert.Equal([202, 400, 400, 400, 400, 400, 415, 200, 401], replies.Select(reply => reply.Status));
        Assert.All(replies, reply => Assert.DoesNotContain(token, reply.Text, StringComparison.Ordinal));
        Assert.DoesNotContain(Api.Log.All, line => line.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(Api.Log.All, line => line.Contains(tenant.Key, StringComparison.Ordinal) || line.Contains(ApiSystem.OperatorKey, StringComparison.Ordinal));
        Assert.Contains(Api.Log.All, line => line.Contains("/v1/tenants/{tenant}/connections 202", StringComparison.Ordinal));
        Assert.DoesNotContain(await Api.ContentAsync(), row => row.Contains(token, StringComparison.Ordinal));
    }
}
