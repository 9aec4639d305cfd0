using MetaGrains.Warehouse.Tenants;
using MetaGrains.Warehouse.Tests.Statements;

namespace MetaGrains.Warehouse.Tests.Tenants;

/// <summary>Taking one tenant out, or away, reads that tenant's rows and not those of all.</summary>
public sealed class TenantPlanTests
{
    private const string Crowd = """
        insert into meta_insights_raw (row_key, tenant_id, run_id, fetched_at, date, ad_account_id, report, payload)
        select gen_random_uuid(), $1, 1, now(), date '2026-02-01' + n % 56, 'act_' || 900 + n % 40, 'ad_daily', '{"spend":"1.25"}'
        from generate_series(1, 60000) n
        """;

    private const string Raw = "meta_insights_raw";

    [Fact]
    public async Task Raw_rows_of_one_tenant_of_many_are_erased_by_their_index_month_by_month()
    {
        await using var warehouse = await CrowdedAsync();
        await using var connection = await warehouse.Database.Source.OpenConnectionAsync();
        var leaves = await TenantTables.FindLeavesAsync(connection, await RawAsync(warehouse), default);
        Assert.Equal<string>(["public.meta_insights_raw_2026_02", "public.meta_insights_raw_2026_03"], leaves);

        foreach (var leaf in leaves)
        {
            var plan = await PlanAsync(warehouse, TenantEraser.BatchOf(leaf, "tenant_id").Replace("$1", $"'{warehouse.Account.Tenant}'", StringComparison.Ordinal));

            Assert.Contains($"{leaf["public.".Length..]}_tenant_id", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Raw_rows_of_one_tenant_of_many_are_exported_by_their_index()
    {
        await using var warehouse = await CrowdedAsync();
        var rows = TenantExport.RowsOf(await RawAsync(warehouse), warehouse.Account.Tenant);

        foreach (var question in new[] { "count(*)", "*" })
        {
            var plan = await PlanAsync(warehouse, $"select {question} {rows}");

            Assert.Contains("meta_insights_raw_2026_02_tenant_id", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_account_that_still_has_raw_rows_is_kept_without_a_look_at_those_of_others()
    {
        await using var warehouse = await CrowdedAsync();

        var plan = await PlanAsync(warehouse, $"select from meta_insights_raw where tenant_id = '{warehouse.Account.Tenant}' and ad_account_id = '{warehouse.Account.Account}'");

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    private static async Task<WarehouseFixture> CrowdedAsync()
    {
        var warehouse = await WarehouseFixture.CreateAsync();
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        await warehouse.Database.ExecuteAsync(Crowd, other.Value);
        await warehouse.Database.ExecuteAsync("analyze");
        return warehouse;
    }

    private static async Task<TenantTable> RawAsync(WarehouseFixture warehouse)
    {
        await using var connection = await warehouse.Database.Source.OpenConnectionAsync();
        return (await TenantTables.FindAsync(connection, default)).Single(table => table.Table == Raw);
    }

    private static Task<string> PlanAsync(WarehouseFixture warehouse, string sql) =>
        warehouse.Database.ScalarAsync<string>($"explain (format json) {sql}");
}
