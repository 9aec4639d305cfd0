using MetaGrains.Warehouse.Reads;
using MetaGrains.Warehouse.Tests.Statements;

namespace MetaGrains.Warehouse.Tests.Reads;

/// <summary>A tenant's question costs what its own rows cost, whoever else is in the table.</summary>
public sealed class InsightPlanTests
{
    private const string Crowd = """
        insert into meta_insights_daily (row_key, tenant_id, content_hash, impressions, clicks, run_id, first_seen, updated_at, date, ad_account_id, report, level, entity_id,
          attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads, revenue)
        select gen_random_uuid(), $1, 1, 1, 1, 1, now(), now(), date '2026-02-01' + n % 56, 'act_' || 900 + n % 40, 'ad_daily', 'ad', n::text, '7d_click', 'mixed', 'EUR', 1, 0, 0, 0, 0, 0
        from generate_series(1, 60000) n
        """;

    [Fact]
    public async Task Rows_of_an_account_come_from_its_months_alone_by_the_index()
    {
        await using var warehouse = await CrowdedAsync();

        var plan = await PlanAsync(warehouse, InsightQueries.Days(Filter(), InsightQueries.Daily.Usual), limit: null);

        Assert.Contains("meta_insights_daily_2026_02_tenant_id", plan, StringComparison.Ordinal);
        Assert.Contains("meta_insights_daily_2026_03_tenant_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("2026_04", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("2025_12", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_totals_and_sums_use_the_index_too()
    {
        await using var warehouse = await CrowdedAsync();
        var days = InsightQueries.Days(Filter(), InsightQueries.Daily.Usual);
        var after = days.PlaceOf("act_101/2026-03-01/70001/d41d8cd98f00b204e9800998ecf8427e");
        Assert.NotNull(after);

        foreach (var plan in new[]
                 {
                     await PlanAsync(warehouse, days, 101, after),
                     await PlanAsync(warehouse, InsightQueries.TotalsOf(Filter()), null),
                     await PlanAsync(warehouse, InsightQueries.WholeRange(Filter(), InsightQueries.Whole.Usual), 101),
                     await PlanAsync(warehouse, InsightQueries.Days(Filter() with { Window = "7d_click" }, InsightQueries.Daily.Usual), null),
                 })
        {
            Assert.Contains("meta_insights_daily_2026_03_tenant_id", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("2026_04", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_rows_as_of_a_moment_are_found_by_the_index_as_well()
    {
        await using var warehouse = await CrowdedAsync();

        var plan = await PlanAsync(warehouse, InsightQueries.Days(Filter() with { AsOf = DateTimeOffset.UnixEpoch }, InsightQueries.Historic.Usual), null);

        Assert.Contains("meta_insights_daily_2026_03_tenant_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("2026_04", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Relation Name\": \"meta_insights_daily_2026_03\", \"Seq", plan, StringComparison.Ordinal);
    }

    private static InsightFilter Filter() => new()
    {
        Report = "ad_daily", Level = "ad", Accounts = ["act_101"], Since = WarehouseFixture.Week.Since, Until = WarehouseFixture.Week.Until,
    };

    private static async Task<WarehouseFixture> CrowdedAsync()
    {
        var warehouse = await WarehouseFixture.CreateAsync();
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await warehouse.Database.ExecuteAsync("select ensure_insight_partitions('2025-12-01', '2026-06-30')");
        await warehouse.PublishAsync(WarehouseFixture.AdRows(200));
        await warehouse.Database.ExecuteAsync(Crowd, other.Value);
        await warehouse.Database.ExecuteAsync(Crowd.Replace("'act_' || 900 + n % 40", "'act_' || 500 + n % 40", StringComparison.Ordinal), warehouse.Account.Tenant.Value);
        await warehouse.Database.ExecuteAsync("analyze meta_insights_daily");
        return warehouse;
    }

    private static async Task<string> PlanAsync(WarehouseFixture warehouse, TenantQuery query, int? limit, ReadPlace? after = null)
    {
        await using var connection = await warehouse.Database.Source.OpenConnectionAsync();
        await using var command = query.Command(connection, warehouse.Account.Tenant, limit, after);
        command.CommandText = "explain (format json) " + command.CommandText;
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
