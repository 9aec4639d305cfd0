using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests.Completeness;

public sealed class ReconcilerTests
{
    private const string Verdicts = "select date, report, metric, verdict, unattributed from meta_reconciliation where verdict <> 'match' order by 1, 2, 3";

    private static readonly DateOnly Day = new(2026, 3, 2);
    private static readonly DateRange Days = new(Day, Day);

    [Fact]
    public async Task An_account_total_that_has_moved_since_the_rows_were_read_is_a_gap_until_they_add_up_again()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await PublishAsync(warehouse, total: 10m, rows: 10m);
        Assert.Equal(0, await CheckAsync(warehouse));
        Assert.Empty(await warehouse.Database.RowsAsync(Verdicts));

        await PublishAsync(warehouse, total: 12.5m, rows: null);
        Assert.Equal(1, await CheckAsync(warehouse));
        Assert.Equal(["(2026-03-02,ad_daily,spend,gap,2.5)"], await warehouse.Database.RowsAsync(Verdicts));

        await PublishAsync(warehouse, total: null, rows: 12.5m);
        Assert.Equal(0, await CheckAsync(warehouse));
        Assert.Empty(await warehouse.Database.RowsAsync(Verdicts));
        Assert.Equal(3, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_reconciliation where report = 'ad_daily' and verdict = 'match'"));
    }

    [Fact]
    public async Task A_difference_that_is_known_to_be_nobodys_is_no_gap_and_a_check_that_finds_nothing_new_writes_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await PublishAsync(warehouse, total: 10m, rows: 8m);
        await warehouse.Database.ExecuteAsync("""
            insert into meta_reconciliation (tenant_id, ad_account_id, date, report, level, metric, account_total, rows_total, verdict, checked_at, run_id)
            values ($1, $2, '2026-03-02', 'ad_daily', 'ad', 'spend', 9, 7, 'unattributed', now(), 1)
            """, warehouse.Account.Tenant.Value, warehouse.Account.Account.ToString());

        Assert.Equal(0, await CheckAsync(warehouse));
        Assert.Equal(["(2026-03-02,ad_daily,spend,unattributed,2.00)"], await warehouse.Database.RowsAsync(Verdicts.Replace("unattributed from", "round(unattributed, 2) from", StringComparison.Ordinal)));
        var before = await warehouse.Database.RowsAsync("select xmin, ctid from meta_reconciliation order by 2");
        await CheckAsync(warehouse);

        Assert.Equal(before, await warehouse.Database.RowsAsync("select xmin, ctid from meta_reconciliation order by 2"));
    }

    [Fact]
    public async Task A_level_or_a_day_that_was_not_published_is_not_judged_and_a_day_without_rows_is()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await PublishAsync(warehouse, total: 10m, rows: null);
        Assert.Equal(0, await CheckAsync(warehouse));

        await warehouse.PublishAsync([], InsightsLevel.Ad, days: Days);

        Assert.Equal(1, await CheckAsync(warehouse));
        Assert.Equal(3, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_reconciliation where verdict = 'gap' and rows_total = 0"));
    }

    // The tenth ad has as many impressions and clicks as the account.
    private static async Task PublishAsync(WarehouseFixture warehouse, decimal? total, decimal? rows)
    {
        if (total is { } account)
            await warehouse.PublishAsync([WarehouseFixture.AccountRow(Day, account)], InsightsLevel.Account, days: Days);
        if (rows is { } sum)
            await warehouse.PublishAsync([WarehouseFixture.AdRow(10, Day, sum)], days: Days);
    }

    private static Task<long> CheckAsync(WarehouseFixture warehouse) =>
        new Reconciler(warehouse.Database.Source, TimeProvider.System).CheckAsync(warehouse.Account, Days, InsightsReport.Defaults, 1, default);
}
