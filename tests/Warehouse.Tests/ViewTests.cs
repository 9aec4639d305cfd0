namespace MetaGrains.Warehouse.Tests;

public sealed class ViewTests
{
    private const string Insert = """
        insert into daily_meta_metrics (
          tenant_id, ad_account_id, date, currency, impressions, clicks, ads, campaigns, run_id, updated_at,
          spend, conversions, purchases, purchase_value, leads, revenue)
        values ($1, $2, $3, $4, $5, $6, 1, 1, 1, '2026-03-05T00:00Z', $7, $8, $9, $10, $11, $12)
        """;

    private static readonly DateOnly Day = new(2026, 3, 1);

    [Fact]
    public async Task Ratios_divide_what_their_names_say()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await AddAsync(warehouse, "act_101", Day, "EUR", impressions: 2000, clicks: 40, spend: 10m, purchases: 4, leads: 1, revenue: 25m);

        Assert.Equal(
            ["(0.02,0.25,5,2,0.125,2.5)"],
            await warehouse.Database.RowsAsync("select trim_scale(ctr), trim_scale(cpc), trim_scale(cpm), trim_scale(cpa), trim_scale(conversion_rate), trim_scale(roas) from meta_kpi_daily"));
        Assert.Equal(
            ["(2.5,2,10,25,2000,40,5)"],
            await warehouse.Database.RowsAsync("select trim_scale(roas), trim_scale(cost_per_conversion), spend, revenue, impressions, clicks, conversions from daily_summary"));
    }

    [Fact]
    public async Task A_ratio_whose_divisor_is_zero_is_null_and_no_error()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await AddAsync(warehouse, "act_101", Day, "EUR", impressions: 0, clicks: 0, spend: 0m, purchases: 0, leads: 0, revenue: 0m);

        Assert.Equal(["(,,,,,)"], await warehouse.Database.RowsAsync("select ctr, cpc, cpm, cpa, conversion_rate, roas from meta_kpi_daily"));
        Assert.Equal(["(,)"], await warehouse.Database.RowsAsync("select roas, cost_per_conversion from daily_summary"));
        Assert.Equal(["(1,0,)"], await warehouse.Database.RowsAsync("select accounts, spend, roas from daily_summary_tenant"));
    }

    [Fact]
    public async Task A_tenants_day_adds_its_accounts_but_never_two_currencies()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        foreach (var account in new[] { "act_102", "act_103" })
            await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, account);
        await AddAsync(warehouse, "act_101", Day, "EUR", impressions: 100, clicks: 1, spend: 10m, purchases: 1, leads: 0, revenue: 15m);
        await AddAsync(warehouse, "act_102", Day, "EUR", impressions: 200, clicks: 2, spend: 30m, purchases: 1, leads: 2, revenue: 45m);
        await AddAsync(warehouse, "act_103", Day, "USD", impressions: 400, clicks: 4, spend: 1000m, purchases: 0, leads: 0, revenue: 0m);
        await AddAsync(warehouse, "act_101", Day.AddDays(1), "EUR", impressions: 7, clicks: 7, spend: 7m, purchases: 0, leads: 0, revenue: 0m);

        Assert.Equal(
            ["(2026-03-01,EUR,2,40,300,3,4,2,2,1.5)", "(2026-03-01,USD,1,1000,400,4,0,0,0,0)", "(2026-03-02,EUR,1,7,7,7,0,0,0,0)"],
            await warehouse.Database.RowsAsync("select date, currency, accounts, spend, impressions, clicks, conversions, purchases, leads, trim_scale(roas) from daily_summary_tenant order by date, currency"));
    }

    [Fact]
    public async Task Two_tenants_are_two_rows()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await AddAsync(warehouse, "act_101", Day, "EUR", impressions: 1, clicks: 1, spend: 1m, purchases: 0, leads: 0, revenue: 0m);
        var other = await new Warehouse.Accounts.TenantStore(warehouse.Database.Source, TimeProvider.System).EnsureAsync("other", "Other", "EUR", default);
        await WarehouseFixture.AddAccountAsync(warehouse.Database, other, "act_101");
        await warehouse.Database.ExecuteAsync(Insert, other.Value, "act_101", Day, "EUR", 1L, 1L, 2m, 0m, 0m, 0m, 0m, 0m);

        Assert.Equal(["(1)", "(2)"], await warehouse.Database.RowsAsync("select spend from daily_summary_tenant order by spend"));
    }

    private static Task AddAsync(
        WarehouseFixture warehouse, string account, DateOnly date, string currency,
        long impressions, long clicks, decimal spend, decimal purchases, decimal leads, decimal revenue) =>
        warehouse.Database.ExecuteAsync(
            Insert, warehouse.Account.Tenant.Value, account, date, currency, impressions, clicks, spend, purchases + leads, purchases, revenue, leads, revenue);
}
