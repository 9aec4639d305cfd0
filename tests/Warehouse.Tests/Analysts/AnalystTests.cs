using MetaGrains.Core.Insights;
using MetaGrains.Warehouse.Tests.Statements;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Analysts;

/// <summary>Analysts log in from outside, with a password of their own.</summary>
public sealed class AnalystTests
{
    private const string Password = "only-for-this-test";

    [Fact]
    public async Task An_analyst_sees_the_granted_tenant_in_every_table_and_view_and_no_other()
    {
        await using var warehouse = await TwoTenantsAsync();
        var mine = warehouse.Account.Tenant.Value;
        await using var analyst = await AnalystAsync(warehouse, mine);

        var places = await warehouse.Database.RowsAsync("""
            select format('%I', c.relname) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
              and has_table_privilege('metagrains_analyst', c.oid, 'select')
            """);
        Assert.Contains("(meta_insights_daily)", places);
        Assert.Contains("(daily_summary)", places);
        var seen = 0;
        foreach (var place in places.Select(row => row.Trim('(', ')')))
        {
            Assert.Equal(0L, await ScalarAsync(analyst.Source, $"select count(*) from {place} where tenant_id is not null and tenant_id <> '{mine}'"));
            var rows = (long)(await ScalarAsync(analyst.Source, $"select count(*) from {place}"))!;
            Assert.Equal(await warehouse.Database.ScalarAsync<long>($"select count(*) from {place} where tenant_id = '{mine}' or tenant_id is null"), rows);
            seen += rows > 0 ? 1 : 0;
        }

        Assert.True(seen > 12, $"only {seen} tables and views had rows: the test proves little");
        Assert.Equal("acme", await ScalarAsync(analyst.Source, "select string_agg(slug, ',') from tenants"));
        Assert.Equal(mine.ToString(), await ScalarAsync(analyst.Source, "select string_agg(distinct organization_id, ',') from meta_sync_status"));
        Assert.Equal(1L, await ScalarAsync(analyst.Source, "select count(distinct tenant_id) from insights_as_of(now())"));
        Assert.Equal(1L, await ScalarAsync(analyst.Source, "select count(*) from get_meta_accounts_due_for_sync(100)"));
    }

    [Fact]
    public async Task An_analyst_without_a_grant_sees_no_row()
    {
        await using var warehouse = await TwoTenantsAsync();
        await using var analyst = await AnalystAsync(warehouse);

        foreach (var place in new[] { "meta_insights_daily", "daily_meta_metrics", "daily_summary_tenant", "tenants", "ad_accounts", "sync_runs", "analyst_grants" })
            Assert.Equal(0L, await ScalarAsync(analyst.Source, $"select count(*) from {place}"));
    }

    [Theory]
    [InlineData("select * from integration_secrets")]
    [InlineData("select * from api_keys")]
    [InlineData("select * from insights_staging")]
    [InlineData("select * from webhook_inbox")]
    [InlineData("select * from meta_insights_daily_2026_03")]
    [InlineData("update ad_accounts set enabled = false")]
    [InlineData("update client_api_credentials set meta_sync_priority = 'high'")]
    [InlineData("delete from meta_insights_daily")]
    [InlineData("insert into analyst_grants select current_user, id from tenants")]
    [InlineData("select update_meta_sync_status(id, true) from client_api_credentials")]
    [InlineData("create table public.mine (a integer)")]
    public async Task An_analyst_reads_no_secret_and_no_partition_and_writes_nothing(string sql)
    {
        await using var warehouse = await TwoTenantsAsync();
        await using var analyst = await AnalystAsync(warehouse, warehouse.Account.Tenant.Value);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(analyst.Source, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task No_setting_of_a_session_lets_an_analyst_see_more()
    {
        await using var warehouse = await TwoTenantsAsync();
        await using var analyst = await AnalystAsync(warehouse, warehouse.Account.Tenant.Value);

        var other = await warehouse.Database.ScalarAsync<Guid>("select id from tenants where slug = 'other'");
        await using (var session = await analyst.Source.OpenConnectionAsync())
        {
            // A table of the same name that says otherwise, first in the search path.
            await using var forge = new NpgsqlCommand($"set search_path = pg_temp, public; create temp table analyst_grants as select current_user::name as role_name, '{other}'::uuid as tenant_id", session);
            await forge.ExecuteNonQueryAsync();
            await using var look = new NpgsqlCommand("select array_agg(distinct tenant_id) from public.meta_insights_daily", session);
            Assert.Equal([warehouse.Account.Tenant.Value], (Guid[])(await look.ExecuteScalarAsync())!);
        }

        await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(analyst.Source, "set row_security = off; select count(*) from meta_insights_daily"));
        await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(analyst.Source, "set role postgres"));
    }

    [Fact]
    public async Task The_policies_do_not_appear_in_the_plans_of_the_service()
    {
        await using var warehouse = await TwoTenantsAsync();
        await using var analyst = await AnalystAsync(warehouse, warehouse.Account.Tenant.Value);
        const string Query = "explain select sum(spend) from meta_insights_daily where report = 'ad_daily'";

        Assert.DoesNotContain("analyst_tenants", string.Join('\n', await PlanAsync(warehouse.Database.Source, Query)), StringComparison.Ordinal);
        var plan = string.Join('\n', await PlanAsync(analyst.Source, Query));
        // Once per query, not once per row.
        Assert.Contains("InitPlan", plan, StringComparison.Ordinal);
        Assert.Equal(7, (await warehouse.PublishAsync(WarehouseFixture.AdRows(3))).Inserted);
    }

    [Fact]
    public async Task A_group_passes_its_grants_on_and_a_revoked_one_ends_at_once()
    {
        await using var warehouse = await TwoTenantsAsync();
        await using var analyst = await AnalystAsync(warehouse);
        var group = analyst.Name + "_group";
        await warehouse.Database.ExecuteAsync($"create role {group}; grant {group} to {analyst.Name}; insert into analyst_grants select '{group}', id from tenants");
        Assert.Equal(2L, await ScalarAsync(analyst.Source, "select count(*) from tenants"));

        await warehouse.Database.ExecuteAsync($"delete from analyst_grants; drop role {group}");

        Assert.Equal(0L, await ScalarAsync(analyst.Source, "select count(*) from tenants"));
    }

    [Fact]
    public async Task Every_table_of_tenants_that_an_analyst_may_read_has_a_policy()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        Assert.Empty(await warehouse.Database.RowsAsync("""
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('tenant_id', 'organization_id')
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and has_table_privilege('metagrains_analyst', c.oid, 'select')
              and not (c.relrowsecurity and exists (select from pg_policy where polrelid = c.oid))
            """));
        Assert.True(await warehouse.Database.ScalarAsync<bool>("select ensure_analyst_access()"));
    }

    private static async Task<WarehouseFixture> TwoTenantsAsync()
    {
        var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        var other = await SyncStatusFixture.AddConnectedAsync(warehouse, await SyncStatusFixture.AddTenantAsync(warehouse, "other"), "act_201");
        foreach (var account in new[] { warehouse.Account, other })
        {
            await SyncStatusFixture.DueInAsync(warehouse, account, -5);
            await warehouse.PublishAsync([WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 3m)], InsightsLevel.Account, account);
            await warehouse.PublishAsync(WarehouseFixture.AdRows(3), account: account);
            await warehouse.PublishAsync(WarehouseFixture.AdRows(2, spend: 7m), account: account);
        }

        return warehouse;
    }

    private static async Task<Analyst> AnalystAsync(WarehouseFixture warehouse, params Guid[] tenants)
    {
        var name = $"analyst_{Guid.NewGuid():N}";
        await warehouse.Database.ExecuteAsync($"create role {name} login password '{Password}' in role metagrains_analyst");
        foreach (var tenant in tenants)
            await warehouse.Database.ExecuteAsync($"insert into analyst_grants (role_name, tenant_id) values ('{name}', $1)", tenant);
        var connection = DatabaseUrl.Parse(warehouse.Database.Url);
        connection.Username = name;
        connection.Password = Password;
        connection.Pooling = false;
        return new Analyst(name, NpgsqlDataSource.Create(connection.ConnectionString), warehouse);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<List<string>> PlanAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }

    /// <summary>A role of the whole server: it goes when its test ends.</summary>
    private sealed record Analyst(string Name, NpgsqlDataSource Source, WarehouseFixture Warehouse) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Source.DisposeAsync();
            await Warehouse.Database.ExecuteAsync($"drop owned by {Name}; drop role {Name}");
        }
    }
}
