using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Sync;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Warehouse.Tests.Accounts;

public sealed class IntegrationStoreTests
{
    private const string Token = "EAAB-very-secret-token";

    [Fact]
    public async Task A_token_comes_back_and_no_table_holds_it_in_the_clear()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse, EncryptionKeys.Generate());

        var id = await store.ConnectAsync(warehouse.Account.Tenant, "main", new AccessToken(Token), default);

        Assert.Equal(Token, (await store.TokenAsync(id, default)).Reveal());
        var rows = string.Concat(
            await warehouse.Database.RowsAsync("select s.*, encode(s.nonce, 'escape'), encode(s.ciphertext, 'escape') from integration_secrets s"))
            + string.Concat(await warehouse.Database.RowsAsync("select * from integrations"));
        Assert.Contains(id.ToString(), rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Token)), rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_again_keeps_the_connection_and_replaces_its_token()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse, EncryptionKeys.Generate());
        var first = await store.ConnectAsync(warehouse.Account.Tenant, "main", new AccessToken(Token), default);
        await warehouse.Database.ExecuteAsync("update integrations set status = 'expired'");

        var second = await store.ConnectAsync(warehouse.Account.Tenant, "main", new AccessToken("EAAB-new"), default);
        var other = await store.ConnectAsync(warehouse.Account.Tenant, "second", new AccessToken("EAAB-other"), default);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.Equal("EAAB-new", (await store.TokenAsync(first, default)).Reveal());
        Assert.Equal("EAAB-other", (await store.TokenAsync(other, default)).Reveal());
        Assert.Equal(2, await warehouse.Database.ScalarAsync<long>("select count(*) from integration_secrets"));
        Assert.Equal("active", await warehouse.Database.ScalarAsync<string>("select status from integrations where id = $1", first));
    }

    [Fact]
    public async Task A_token_copied_to_another_connection_does_not_open()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = Store(warehouse, EncryptionKeys.Generate());
        var mine = await store.ConnectAsync(warehouse.Account.Tenant, "mine", new AccessToken(Token), default);
        var yours = await store.ConnectAsync(warehouse.Account.Tenant, "yours", new AccessToken("EAAB-yours"), default);
        await warehouse.Database.ExecuteAsync(
            "update integration_secrets set nonce = s.nonce, ciphertext = s.ciphertext from integration_secrets s where integration_secrets.integration_id = $1 and s.integration_id = $2",
            mine, yours);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => store.TokenAsync(mine, default));
    }

    [Fact]
    public async Task Another_encryption_key_says_that_it_is_another()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var id = await Store(warehouse, EncryptionKeys.Generate()).ConnectAsync(warehouse.Account.Tenant, "main", new AccessToken(Token), default);

        var refused = await Assert.ThrowsAnyAsync<CryptographicException>(() => Store(warehouse, EncryptionKeys.Generate()).TokenAsync(id, default));

        Assert.Contains("but ENCRYPTION_KEY is key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_without_token_says_so()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Store(warehouse, EncryptionKeys.Generate()).TokenAsync(Guid.Empty, default));

        Assert.Contains("connect it again", refused.Message, StringComparison.Ordinal);
    }

    private static IntegrationStore Store(WarehouseFixture warehouse, string key) =>
        new(warehouse.Database.Source, EncryptionKeys.Parse(key), TimeProvider.System);
}
