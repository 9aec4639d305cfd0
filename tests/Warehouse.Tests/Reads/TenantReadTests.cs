using MetaGrains.Core.Tenancy;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Reads;
using MetaGrains.Warehouse.Tests.Statements;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Reads;

/// <summary>Snapshots for readers outside.</summary>
public sealed class TenantReadTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Whatever_is_asked_the_rows_are_of_the_tenant_alone()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, await SyncStatusFixture.AddTenantAsync(warehouse, "other"), "act_101");
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2), account: other);
        var careless = new TenantQuery("meta_insights_daily t", [new("entity_id", CellKind.Text)], [new("t.entity_id"), new("t.date", CellKind.Day)]).Where("true or t.report <> ''");

        Assert.Equal(7, (await RowsAsync(warehouse, warehouse.Account.Tenant, Days())).Count);
        Assert.Equal(14, (await RowsAsync(warehouse, other.Tenant, Days())).Count);
        Assert.Empty(await RowsAsync(warehouse, new TenantId(Guid.Empty), Days()));
        Assert.Equal(7, (await RowsAsync(warehouse, warehouse.Account.Tenant, careless)).Count);
    }

    [Fact]
    public async Task A_snapshot_stays_at_its_moment_and_writes_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));
        await using var snapshot = await new TenantReads(warehouse.Database.Source).OpenAsync(warehouse.Account.Tenant, Long, default);
        var before = await RowsAsync(snapshot, Days());

        await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend: 9m));

        Assert.Equal(before, await RowsAsync(snapshot, Days()));
        Assert.NotEqual(before, await RowsAsync(warehouse, warehouse.Account.Tenant, Days()));
        var writing = new TenantQuery(
            "(select id as tenant_id, ensure_insight_partitions('2031-01-01', '2031-01-31')::text as made from tenants) t", [new("made", CellKind.Text)], []);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RowsAsync(snapshot, writing));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_cancelled_by_the_server()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await using var snapshot = await new TenantReads(warehouse.Database.Source).OpenAsync(warehouse.Account.Tenant, TimeSpan.FromMilliseconds(200), default);
        var slow = new TenantQuery("(select id as tenant_id, pg_sleep(60)::text as slept from tenants) t", [new("slept", CellKind.Text)], []);

        var late = await Assert.ThrowsAsync<PostgresException>(() => RowsAsync(snapshot, slow));

        Assert.Equal(PostgresErrorCodes.QueryCanceled, late.SqlState);
    }

    [Fact]
    public async Task Who_stops_reading_ends_the_query_and_the_connection_is_good_again()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var endless = new TenantQuery("(select id as tenant_id, repeat('x', 1000) as x, generate_series(1, 50000000) from tenants) t", [new("x", CellKind.Text)], []);
        await using (var snapshot = await new TenantReads(warehouse.Database.Source).OpenAsync(warehouse.Account.Tenant, Long, default))
        await using (var rows = await snapshot.ReadAsync(endless, null, null, default))
            Assert.True(await rows.NextAsync(default));

        await Eventually.TrueAsync(
            async () => await warehouse.Database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and query like '%50000000%' and state <> 'idle' and pid <> pg_backend_pid()") == 0,
            "the query has ended");
        Assert.Empty(await RowsAsync(warehouse, warehouse.Account.Tenant, Days()));
    }

    [Fact]
    public async Task Under_the_rows_own_setting_conversions_are_what_the_publisher_counted()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        const string rows = """
            select * from (values
              ('{"actions":{"omni_purchase":{"value":3},"purchase":{"value":9}},"action_values":{"omni_purchase":{"value":20.5},"purchase":{"value":99}}}'::jsonb, 3, 20.5, 0, 0),
              ('{"actions":{"purchase|action_device=ios":{"value":2},"purchase|action_device=web":{"value":1.5}},"action_values":{"purchase|action_device=ios":{"value":7}}}', 3.5, 7, 0, 0),
              ('{"action_values":{"offsite_conversion.fb_pixel_purchase":{"value":7}},"actions":{"lead":{"value":1},"offline_conversion.lead":{"value":4}}}', 0, 7, 1, 0),
              ('{"actions":{"link_click":{"value":5}}}', 0, 0, 0, 0), (null, 0, 0, 0, 0)
            ) as r (actions, purchases, purchase_value, leads, lead_value)
            """;

        Assert.Empty(await warehouse.Database.RowsAsync($"select c, r from ({rows}) r cross join lateral conversions_under(r.actions, 'value') c where (c.purchases, c.purchase_value, c.leads, c.lead_value) is distinct from (r.purchases, r.purchase_value, r.leads, r.lead_value)"));
        Assert.Equal(["(5)"], await warehouse.Database.RowsAsync($"select count(*) from ({rows}) r cross join lateral conversions_under(r.actions, 'value') c"));
    }

    private static TenantQuery Days() => InsightQueries.Days(new InsightFilter { Report = "ad_daily" }, InsightQueries.Daily.Usual);

    private static async Task<IReadOnlyList<string>> RowsAsync(WarehouseFixture warehouse, TenantId tenant, TenantQuery query)
    {
        await using var snapshot = await new TenantReads(warehouse.Database.Source).OpenAsync(tenant, Long, default);
        return await RowsAsync(snapshot, query);
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(TenantSnapshot snapshot, TenantQuery query)
    {
        await using var rows = await snapshot.ReadAsync(query, null, null, default);
        var found = new List<string>();
        while (await rows.NextAsync(default))
            found.Add(string.Join('|', query.Columns.Select((_, index) => rows.Cell(index))));
        return found;
    }
}
