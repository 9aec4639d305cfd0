using MetaGrains.Core.Sync;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Silo.Tests;

public sealed class StubModeTests
{
    [Fact]
    public async Task A_connection_made_in_sql_becomes_accounts_and_rows_without_any_network()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        settings["META_STUB_MODE"] = "1";
        settings["META_API_BASE_URL"] = "https://no-such-host.invalid/";
        settings["MetaGrains__Silo__StubAccounts"] = "2";
        using var silo = RunningSilo.Start(settings, "--listen", "127.0.0.1:0", "--MetaGrains:Silo:GraphPageLimit", "50");
        await silo.ReadyAsync();

        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("acme", new TenantSettings("Acme", "EUR", null, null, null, SeveralCurrencies: true), default);
        var integration = await new IntegrationStore(database.Source, EncryptionKeys.Parse(settings[RunningSilo.Key]), TimeProvider.System)
            .ConnectAsync(tenant!.Id, "main", new AccessToken(SimulatorTokens.Valid), default);
        await database.ExecuteAsync("update integrations set discovery_requested_at = now(), enable_tier = 'high' where id = $1", integration);

        await Eventually.TrueAsync(
            async () => await database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial' and status = 'succeeded' and rows_read > 0") == 2, "both accounts are filled");
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from sync_runs where status = 'failed'"));
        // The same seed is the same world.
        await using var server = await GraphSimulatorServer.StartAsync(new GraphSimulatorOptions { Accounts = 2 });
        Assert.Equal(server.AccountIds.Order(StringComparer.Ordinal).Select(id => $"({id})"), await database.RowsAsync("select ad_account_id from ad_accounts order by 1"));
    }
}
