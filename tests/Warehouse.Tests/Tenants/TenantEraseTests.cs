using System.Text.Json;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Tenants;
using MetaGrains.Warehouse.Tests.Statements;

namespace MetaGrains.Warehouse.Tests.Tenants;

public sealed class TenantEraseTests
{
    /// <summary>Every table with rows of tenants, as the standard's own catalogue lists them, in every schema.</summary>
    private const string Tables = """
        select format('%I.%I', t.table_schema, t.table_name) from information_schema.tables t
        join information_schema.columns c using (table_schema, table_name)
        where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema') and c.column_name = 'tenant_id'
        order by 1
        """;

    [Fact]
    public async Task Nothing_is_left_of_an_erased_tenant_in_any_table_and_nothing_of_another_is_touched()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await FillAsync(warehouse, warehouse.Account.Tenant);
        await FillAsync(warehouse, other);
        var before = await CountAsync(warehouse, other);
        // The test itself proves nothing for a table that was empty.
        Assert.Equal(await warehouse.Database.RowsAsync(Tables), [.. (await CountAsync(warehouse, warehouse.Account.Tenant)).Select(table => $"({table.Key})")]);

        var erased = await new TenantEraser(warehouse.Database.Source, TimeProvider.System).EraseAsync(warehouse.Account.Tenant, default);

        Assert.Empty(await CountAsync(warehouse, warehouse.Account.Tenant));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from tenants where id = $1", warehouse.Account.Tenant.Value));
        Assert.Equal(["(1)"], await warehouse.Database.RowsAsync("select count(*) from integration_secrets"));
        Assert.Equal(["(acct/other)"], await warehouse.Database.RowsAsync("select key from engine.state"));
        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from insights_staging"));
        Assert.Equal(before, await CountAsync(warehouse, other));
        Assert.Contains("public.meta_insights_daily", erased.Rows.Keys);
        Assert.Empty((await new TenantEraser(warehouse.Database.Source, TimeProvider.System).EraseAsync(warehouse.Account.Tenant, default)).Rows);
    }

    [Fact]
    public async Task A_run_that_is_under_way_can_publish_nothing_for_an_erased_tenant()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));

        await new TenantEraser(warehouse.Database.Source, TimeProvider.System).EraseAsync(warehouse.Account.Tenant, default);

        await Assert.ThrowsAsync<Core.Sync.StaleRunException>(() => warehouse.Store.PublishAsync(slice, 7, default));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_daily"));
    }

    [Theory]
    [InlineData(ExportFormat.Csv, "meta_insights_daily.csv")]
    [InlineData(ExportFormat.NdJson, "meta_insights_daily.ndjson")]
    public async Task An_export_holds_every_row_of_the_tenant_and_no_secret_and_no_row_of_another(ExportFormat format, string fact)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await FillAsync(warehouse, warehouse.Account.Tenant);
        await FillAsync(warehouse, other);
        var folder = Directory.CreateTempSubdirectory("export").FullName;
        try
        {
            var files = await new TenantExport(warehouse.Database.Source, TimeProvider.System).WriteAsync(warehouse.Account.Tenant, folder, format, default);

            var counts = await CountAsync(warehouse, warehouse.Account.Tenant);
            // Without keys, with the tenant's own row; partitions are part of their table.
            var tables = counts.Keys.Count(table => !(table.StartsWith("public.", StringComparison.Ordinal) && char.IsAsciiDigit(table[^1])));
            Assert.Equal(tables - 1 + 1, files.Count);
            Assert.Equal(counts["public.meta_insights_daily"], files[fact]);
            foreach (var (file, rows) in files)
            {
                var text = await File.ReadAllTextAsync(Path.Combine(folder, file));
                Assert.DoesNotContain(other.ToString(), text, StringComparison.Ordinal);
                if (format == ExportFormat.NdJson)
                    Assert.Equal(rows, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line)).LongCount());
            }

            Assert.Equal(files.Keys.Append(TenantExport.Manifest).Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
            using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, TenantExport.Manifest)));
            Assert.Equal(files[fact], manifest.RootElement.GetProperty("files").GetProperty(fact).GetInt64());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<SortedDictionary<string, long>> CountAsync(WarehouseFixture warehouse, TenantId tenant)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in (await warehouse.Database.RowsAsync(Tables)).Select(row => row.Trim('(', ')')))
        {
            if (await warehouse.Database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = $1", tenant.Value) is > 0 and var rows)
                counts.Add(table, rows);
        }

        return counts;
    }

    /// <summary>At least one row of the tenant in every table there is, staged and retired ones, too.</summary>
    private static async Task FillAsync(WarehouseFixture warehouse, TenantId tenant)
    {
        var account = tenant == warehouse.Account.Tenant ? warehouse.Account : await WarehouseFixture.AddAccountAsync(warehouse.Database, tenant, "act_201");
        await SyncStatusFixture.ConnectAsync(warehouse, account);
        await SyncStatusFixture.DueInAsync(warehouse, account, 5);
        await warehouse.PublishAsync([WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 3m)], InsightsLevel.Account, account);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3), account: account);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend: 7m), account: account);
        await warehouse.StageAsync(WarehouseFixture.AdRows(1), account: account);
        await warehouse.Database.ExecuteAsync($"""
            insert into integration_secrets select id, 'access_token', 'k', '\x000000000000000000000000', '\x00', now() from integrations where tenant_id = '{tenant}';
            insert into api_keys (tenant_id, name, hash, hint, created_at) values ('{tenant}', 'k', sha256('{tenant}'), 'mg_', now());
            insert into report_definitions (tenant_id, report, level, fields) values ('{tenant}', 'mine', 'ad', '{"{spend}"}');
            insert into meta_backfill_jobs (tenant_id, ad_account_id, since, until) values ('{tenant}', '{account.Account}', '2026-01-01', '2026-01-31');
            insert into meta_backfill_chunks (backfill_id, number, tenant_id, ad_account_id, since, until) select id, 0, tenant_id, ad_account_id, since, until from meta_backfill_jobs where tenant_id = '{tenant}';
            insert into webhook_inbox (tenant_id, received_at, object, field, value, event_hash) values ('{tenant}', now(), 'ad_account', 'x', '{"{}"}', sha256('x'));
            insert into audit_log (tenant_id, at, actor, action) values ('{tenant}', now(), 'operator', 'test');
            insert into analyst_grants (role_name, tenant_id) values ('nobody', '{tenant}');
            insert into meta_report_hints values ('{tenant}', '{account.Account}', 'ad_daily', '2026-01-01', now());
            insert into report_shapes (tenant_id, ad_account_id, report, shape, rows_per_day, learned_at, updated_at, lost)
              values ('{tenant}', '{account.Account}', 'ad_daily', '{"{\"asynchronous\": true, \"days\": 7, \"page_limit\": 500, \"parts\": 1}"}', 1, now(), now(), '{"{}"}');
            insert into report_runs values ('{tenant}', '{account.Account}', 'q', '1', 'queued', 1, 0, now(), now(), now());
            insert into meta_reconciliation (tenant_id, ad_account_id, date, report, level, metric, account_total, rows_total, verdict, checked_at, run_id)
              values ('{tenant}', '{account.Account}', '2026-01-01', 'ad_daily', 'ad', 'spend', 1, 1, 'match', now(), 1);
            insert into meta_campaigns (tenant_id, ad_account_id, campaign_id, name, raw, content_hash, first_seen, updated_at) values ('{tenant}', '{account.Account}', '1', 'c', '{"{}"}', 1, now(), now());
            insert into meta_ad_sets (tenant_id, ad_account_id, adset_id, name, raw, content_hash, first_seen, updated_at) values ('{tenant}', '{account.Account}', '1', 'c', '{"{}"}', 1, now(), now());
            insert into meta_ads (tenant_id, ad_account_id, ad_id, name, raw, content_hash, first_seen, updated_at) values ('{tenant}', '{account.Account}', '1', 'c', '{"{}"}', 1, now(), now());
            insert into meta_creatives (tenant_id, ad_account_id, creative_id, name, raw, content_hash, first_seen, updated_at) values ('{tenant}', '{account.Account}', '1', 'c', '{"{}"}', 1, now(), now());
            insert into meta_entity_versions (tenant_id, ad_account_id, kind, entity_id, valid_from, content, changed_fields, content_hash) values ('{tenant}', '{account.Account}', 'ad', '1', now(), '{"{}"}', '{"{}"}', 1);
            insert into meta_entity_reads values ('{tenant}', '{account.Account}', 'ad', now(), now());
            create table if not exists retired.meta_insights_daily_2020_01 (like meta_insights_daily);
            insert into retired.meta_insights_daily_2020_01 select * from meta_insights_daily where tenant_id = '{tenant}' limit 1;
            create schema if not exists engine;
            create table if not exists engine.state (key text, tenant text);
            insert into engine.state values ('acct/' || (select slug from tenants where id = '{tenant}'), 'acct/{tenant}/{account.Account}');
            """);
    }
}
