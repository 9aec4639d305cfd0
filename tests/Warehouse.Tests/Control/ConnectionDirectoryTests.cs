using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class ConnectionDirectoryTests
{
    private static readonly AccessToken Token = new("secret");

    [Fact]
    public async Task Connecting_asks_for_its_accounts_and_connecting_again_replaces_all_but_its_id()
    {
        await using var control = await ControlFixture.CreateAsync();

        var id = await control.Integrations.ConnectAndDiscoverAsync(control.Tenant, "main", Token, "high", default);
        await control.Database.ExecuteAsync("update integrations set status = 'expired', discovery_error = 'no', discovery_error_code = 190");
        var expired = await control.Connections.FindAsync(control.Tenant, id, default);
        var again = await control.Integrations.ConnectAndDiscoverAsync(control.Tenant, "main", new AccessToken("other"), null, default);

        Assert.Equal(id, again);
        Assert.Equal(("expired", "no", 190), (expired!.Status, expired.Error, expired.ErrorCode));
        var now = await control.Connections.FindAsync(control.Tenant, id, default);
        Assert.Equal(("discovering", null, ControlFixture.Now), (now!.Status, now.Error, now.DiscoveryRequestedAt));
        Assert.Equal("other", (await control.Integrations.TokenAsync(id, default)).Reveal());
        Assert.Equal(1L, await control.Database.ScalarAsync<long>("select count(*) from integrations where enable_tier is null"));
    }

    [Fact]
    public async Task An_unknown_tier_leaves_no_connection_and_no_token()
    {
        await using var control = await ControlFixture.CreateAsync();

        await Assert.ThrowsAsync<PostgresException>(() => control.Integrations.ConnectAndDiscoverAsync(control.Tenant, "main", Token, "none", default));

        Assert.Equal(0L, await control.Database.ScalarAsync<long>("select (select count(*) from integrations) + (select count(*) from integration_secrets)"));
    }

    [Fact]
    public async Task Its_state_is_told_by_its_times_and_its_error()
    {
        await using var control = await ControlFixture.CreateAsync();
        var id = await control.ConnectAsync(control.Account);

        Assert.Equal("active", await StatusAsync());
        Assert.True(await control.Connections.DiscoverAsync(control.Tenant, id, default));
        Assert.Equal("discovering", await StatusAsync());
        await control.Database.ExecuteAsync("update integrations set discovered_at = discovery_requested_at");
        Assert.Equal("active", await StatusAsync());
        Assert.True(await control.Connections.DiscoverAsync(control.Tenant, id, default));
        Assert.Equal("discovering", await StatusAsync());
        await control.Database.ExecuteAsync("update integrations set discovery_error = 'no'");
        Assert.Equal("failed", await StatusAsync());
        await control.Database.ExecuteAsync("update integrations set status = 'revoked'");
        Assert.Equal("revoked", await StatusAsync());

        async Task<string> StatusAsync() => (await control.Connections.FindAsync(control.Tenant, id, default))!.Status;
    }

    [Fact]
    public async Task Removing_erases_the_token_and_leaves_its_accounts_unconnected()
    {
        await using var control = await ControlFixture.CreateAsync();
        var id = await control.ConnectAsync(control.Account);
        Assert.Equal(1L, (await control.Connections.FindAsync(control.Tenant, id, default))!.Accounts);
        var other = (await control.Tenants.MakeAsync("other", new TenantSettings("Other", "EUR", null, null, null), default))!.Id;

        Assert.False(await control.Connections.DeleteAsync(other, id, default));
        Assert.True(await control.Connections.DeleteAsync(control.Tenant, id, default));
        Assert.False(await control.Connections.DeleteAsync(control.Tenant, id, default));

        Assert.Equal(0L, await control.Database.ScalarAsync<long>("select count(*) from integration_secrets"));
        Assert.Null((await control.Accounts.FindAsync(control.Account, default))!.Integration);
        Assert.False(await control.Connections.DiscoverAsync(control.Tenant, id, default));
    }

    [Fact]
    public async Task Pages_hold_every_connection_of_the_tenant_once()
    {
        await using var control = await ControlFixture.CreateAsync();
        foreach (var name in new[] { "one", "two", "three" })
            await control.Integrations.ConnectAsync(control.Tenant, name, Token, default);

        var first = await control.Connections.ListAsync(control.Tenant, null, 2, default);
        var second = await control.Connections.ListAsync(control.Tenant, new RowPlace(first[1].CreatedAt, first[1].Id), 2, default);

        Assert.Equal(["one", "three", "two"], first.Concat(second).Select(connection => connection.Name).Order(StringComparer.Ordinal));
        Assert.Empty(await control.Connections.ListAsync(new TenantId(Guid.NewGuid()), null, 2, default));
    }
}
