using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Tests.Statements;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class CurrencyRuleTests
{
    [Fact]
    public async Task An_account_of_another_currency_is_not_wanted_until_its_tenant_changes_or_allows_several()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        Assert.True((await SettingsAsync(warehouse)).Wanted);

        await warehouse.Database.ExecuteAsync("update ad_accounts set currency = 'USD'");
        var blocked = await SettingsAsync(warehouse);
        Assert.False(blocked.Wanted);
        Assert.Contains("bills in USD, its tenant reports in EUR", blocked.CurrencyRefusal!, StringComparison.Ordinal);

        await warehouse.Database.ExecuteAsync("update tenants set several_currencies = true");
        var allowed = await SettingsAsync(warehouse);
        Assert.True(allowed.Wanted);
        Assert.NotEqual(blocked.Version, allowed.Version);

        await warehouse.Database.ExecuteAsync("update tenants set several_currencies = false, currency = 'USD'");
        Assert.Null((await SettingsAsync(warehouse)).CurrencyRefusal);
    }

    [Fact]
    public async Task A_tenant_with_several_currencies_has_its_ratios_per_currency()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var dollars = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        var day = WarehouseFixture.Week.Since;
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, day, 10m)]);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, day, 30m) with { Currency = "USD" }, WarehouseFixture.AdRow(2, day, 30m) with { Currency = "USD" }], account: dollars);

        Assert.Equal(
            ["(EUR,1,10,10,2.05)", "(USD,1,60,20,0.6833)"],
            await warehouse.Database.RowsAsync("select currency, accounts, trim_scale(spend), trim_scale(cpc), trim_scale(round(roas, 4)) from meta_kpi_daily_tenant order by 1"));
    }

    private static async Task<AccountSettings> SettingsAsync(WarehouseFixture warehouse)
    {
        var database = warehouse.Database.Source;
        var store = new AccountTruthStore(database, new ReportDefinitionStore(database), new ScheduleStore(database, TimeProvider.System), new RunQueue(database, TimeProvider.System));
        return (await store.SettingsAsync(warehouse.Account, default))!;
    }
}
