using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class ApiKeyStoreTests
{
    [Fact]
    public async Task A_key_opens_its_own_tenant_until_it_is_revoked()
    {
        await using var control = await ControlFixture.CreateAsync();
        var other = (await control.Tenants.MakeAsync("other", new TenantSettings("Other", "EUR", null, null, null), default))!.Id;
        var (record, key) = await control.Keys.CreateAsync(control.Tenant, "ci", default);

        Assert.Equal(control.Tenant, await control.Keys.OwnerAsync(key, default));
        Assert.False(await control.Keys.RevokeAsync(other, record.Id, default));
        Assert.Equal(control.Tenant, await control.Keys.OwnerAsync(key, default));
        Assert.True(await control.Keys.RevokeAsync(control.Tenant, record.Id, default));
        Assert.True(await control.Keys.RevokeAsync(control.Tenant, record.Id, default));

        Assert.Null(await control.Keys.OwnerAsync(key, default));
        Assert.Equal(ControlFixture.Now, Assert.Single(await control.Keys.ListAsync(control.Tenant, default)).RevokedAt);
    }

    [Fact]
    public async Task No_table_holds_the_key_and_a_near_miss_opens_nothing()
    {
        await using var control = await ControlFixture.CreateAsync();
        var (record, key) = await control.Keys.CreateAsync(control.Tenant, "ci", default);

        var stored = Assert.Single(await control.Database.RowsAsync("select *, encode(hash, 'escape') from api_keys"));

        Assert.StartsWith(ApiKeyStore.Prefix, key, StringComparison.Ordinal);
        Assert.Equal(key[..8], record.Hint);
        Assert.DoesNotContain(key[8..], stored, StringComparison.Ordinal);
        Assert.Null(await control.Keys.OwnerAsync(key[..^1] + (key[^1] == '0' ? '1' : '0'), default));
        Assert.Null(await control.Keys.OwnerAsync(key.ToUpperInvariant(), default));
        Assert.Null(await control.Keys.OwnerAsync("", default));
    }

    [Fact]
    public async Task The_keys_of_a_deleted_tenant_open_nothing()
    {
        await using var control = await ControlFixture.CreateAsync();
        var (_, key) = await control.Keys.CreateAsync(control.Tenant, "ci", default);

        await control.Tenants.DeleteAsync(control.Tenant, default);

        Assert.Null(await control.Keys.OwnerAsync(key, default));
        Assert.Empty(await control.Keys.ListAsync(new TenantId(Guid.NewGuid()), default));
    }
}
