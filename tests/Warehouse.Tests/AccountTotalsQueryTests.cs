using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Warehouse.Tests;

public sealed class AccountTotalsQueryTests
{
    [Fact]
    public async Task Totals_are_per_account_and_level_and_never_add_the_levels()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        var rows = WarehouseFixture.AdRows(3);
        await warehouse.PublishAsync(rows);
        await warehouse.PublishAsync([WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 5.5m)], InsightsLevel.Account);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1), account: other);
        var query = new AccountTotalsQuery(warehouse.Database.Source);

        var totals = await query.ByLevelAsync(warehouse.Account.Tenant, [warehouse.Account.Account, other.Account], WarehouseFixture.Week, default);

        Assert.Equal(3, totals.Count);
        Assert.Equal(new AccountTotals(21, 7, rows.Sum(row => row.Spend), 4200, 42), totals[(warehouse.Account.Account, InsightsLevel.Ad)]);
        Assert.Equal(new AccountTotals(1, 1, 5.5m, 1000, 10), totals[(warehouse.Account.Account, InsightsLevel.Account)]);
        Assert.Equal(7, totals[(other.Account, InsightsLevel.Ad)].Rows);
        var aggregated = await query.AggregatedAsync(warehouse.Account.Tenant, [warehouse.Account.Account], WarehouseFixture.Week, default);
        Assert.Equal(new AccountTotals(7, 7, rows.Sum(row => row.Spend), 4200, 42), Assert.Single(aggregated).Value);
    }

    [Fact]
    public async Task Only_the_days_the_accounts_and_the_tenant_that_were_asked_for_count()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        var query = new AccountTotalsQuery(warehouse.Database.Source);
        var (tenant, account) = (warehouse.Account.Tenant, warehouse.Account.Account);
        var twoDays = new DateRange(WarehouseFixture.Week.Since, WarehouseFixture.Week.Since.AddDays(1));

        Assert.Equal((4, 2), (await RowsAsync(tenant, account, twoDays), (await query.AggregatedAsync(tenant, [account], twoDays, default))[account].Days));
        Assert.Equal(0, await RowsAsync(tenant, AdAccountId.Parse("act_999"), twoDays));
        Assert.Equal(0, await RowsAsync(new TenantId(Guid.Empty), account, twoDays));
        Assert.Empty(await query.ByLevelAsync(tenant, [], twoDays, default));
        Assert.Empty(await query.AggregatedAsync(new TenantId(Guid.Empty), [account], twoDays, default));

        async Task<long> RowsAsync(TenantId of, AdAccountId id, DateRange days) =>
            (await query.ByLevelAsync(of, [id], days, default)).Values.Sum(totals => totals.Rows);
    }

    [Fact]
    public async Task A_report_of_ones_own_is_in_no_total()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync([]);
        slice = slice with { Report = InsightsReport.Daily(InsightsLevel.Ad) with { Name = "ad_active" } };
        await warehouse.Store.StageAsync(slice, new Testing.FakePage(0, [.. WarehouseFixture.AdRows(1)]), default);
        await warehouse.Store.PublishAsync(slice, 7, default);

        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
        Assert.Empty(await new AccountTotalsQuery(warehouse.Database.Source)
            .ByLevelAsync(warehouse.Account.Tenant, [warehouse.Account.Account], WarehouseFixture.Week, default));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from daily_meta_metrics"));
    }
}
