using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Statements;

public sealed class SyncStatusTests
{
    private const string Due = "select ad_account_id, meta_sync_priority, minutes_overdue from get_meta_accounts_due_for_sync(10)";

    [Fact]
    public async Task High_is_due_before_medium_before_low_and_the_longest_overdue_first_within_a_tier()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var tenant = warehouse.Account.Tenant;
        foreach (var (id, tier, minutes) in new[] { ("act_1", "low", -500), ("act_2", "medium", -10), ("act_3", "medium", -20), ("act_4", "high", -1), ("act_5", "high", 1) })
            await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, tenant, id, tier), minutes);

        Assert.Equal(
            ["(act_4,high,1)", "(act_3,medium,20)", "(act_2,medium,10)", "(act_1,low,500)"],
            await warehouse.Database.RowsAsync(Due));
        Assert.Equal(["(act_4)", "(act_3)"], await warehouse.Database.RowsAsync("select ad_account_id from get_meta_accounts_due_for_sync(2)"));
    }

    [Fact]
    public async Task Whoever_is_paused_parked_resting_unconnected_or_of_a_deleted_tenant_is_not_due()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var tenant = warehouse.Account.Tenant;
        await SyncStatusFixture.AddConnectedAsync(warehouse, tenant, "act_1", enabled: false);
        await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, tenant, "act_2"), -5, "token_dead");
        await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, tenant, "act_3"), -5, backoffMinutes: 10);
        await WarehouseFixture.AddAccountAsync(warehouse.Database, tenant, "act_4");
        var gone = await SyncStatusFixture.AddTenantAsync(warehouse, "gone");
        await SyncStatusFixture.AddConnectedAsync(warehouse, gone, "act_5");
        await warehouse.Database.ExecuteAsync("update tenants set deleted_at = now() where id = $1", gone.Value);
        await SyncStatusFixture.AddConnectedAsync(warehouse, tenant, "act_6");

        Assert.Equal(["(act_6)"], await warehouse.Database.RowsAsync("select ad_account_id from get_meta_accounts_due_for_sync(10)"));
        Assert.Equal(
            ["(act_1,f,)", "(act_2,f,)", "(act_3,f,10)", "(act_6,t,0)"],
            await warehouse.Database.RowsAsync("select ad_account_id, sync_due, minutes_until_sync from meta_sync_status order by 1"));
    }

    [Fact]
    public async Task A_success_clears_errors_and_backoff_and_says_how_fresh_the_account_is()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        await SyncStatusFixture.DueInAsync(warehouse, warehouse.Account, -30, "failing", errors: 4, backoffMinutes: 20);

        await warehouse.Database.ExecuteAsync("select update_meta_sync_status($1, true, '2026-03-04')", warehouse.Account.ToString());

        Assert.Equal(
            ["(0,,,2026-03-04,t,f,120,active)"],
            await warehouse.Database.RowsAsync("select sync_error_count, last_sync_error, rate_limit_backoff_until, latest_meta_data_date, now() - last_meta_sync_at < '1 minute', sync_due, minutes_until_sync, health from meta_sync_status"));
        Assert.Equal(["(external,2026-03-04)"], await warehouse.Database.RowsAsync("select stream, latest_data_date from data_freshness where lag < '1 minute'"));
    }

    [Fact]
    public async Task A_failure_counts_and_a_rate_limit_rests_the_account_for_a_quarter_of_an_hour()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        var id = warehouse.Account.ToString();

        await warehouse.Database.ExecuteAsync("select update_meta_sync_status($1, false, null, 'no answer')", id);
        Assert.Equal(["(1,\"no answer\",t)"], await warehouse.Database.RowsAsync("select sync_error_count, last_sync_error, sync_due from meta_sync_status"));
        await warehouse.Database.ExecuteAsync("select update_meta_sync_status(p_credential_id => $1, p_success => false, p_error => 'slow down', p_rate_limited => true)", id);

        Assert.Equal(["(2,\"slow down\",f,15)"], await warehouse.Database.RowsAsync("select sync_error_count, last_sync_error, sync_due, minutes_until_sync from meta_sync_status"));
        // The account's grain reads what was written.
        var row = await new ScheduleStore(warehouse.Database.Source, TimeProvider.System).FindAsync(warehouse.Account, default);
        Assert.Equal((2, FailureKind.Throttled, "slow down"), (row!.ConsecutiveErrors, row.LastError!.Kind, row.LastError.Message));
    }

    [Fact]
    public async Task A_connection_stands_for_all_of_its_accounts_and_what_is_no_credential_is_refused()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, "act_102");
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await SyncStatusFixture.AddConnectedAsync(warehouse, other, "act_103");

        await warehouse.Database.ExecuteAsync("select update_meta_sync_status((select id::text from integrations where tenant_id = $1), false)", warehouse.Account.Tenant.Value);

        Assert.Equal(["(act_101,1)", "(act_102,1)", "(act_103,0)"], await warehouse.Database.RowsAsync("select ad_account_id, sync_error_count from client_api_credentials order by 1"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync("select update_meta_sync_status('nobody', true)"));
        Assert.Contains("'nobody' is no credential", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tier_is_set_for_the_rows_that_the_statement_names_and_bumps_their_settings_once()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, "act_102");
        await warehouse.Database.ExecuteAsync("update ad_accounts set settings_version = 1");

        await warehouse.Database.ExecuteAsync("update client_api_credentials set meta_sync_priority = 'HIGH' where ad_account_id = 'act_101'");
        await warehouse.Database.ExecuteAsync("update client_api_credentials set meta_sync_priority = 'high' where ad_account_id = 'act_101'");

        Assert.Equal(["(act_101,high,2)", "(act_102,medium,1)"], await warehouse.Database.RowsAsync("select ad_account_id, tier, settings_version from ad_accounts order by 1"));
    }

    [Theory]
    [InlineData("update client_api_credentials set meta_sync_priority = 'urgent'", "'urgent' is no tier")]
    [InlineData("update client_api_credentials set meta_sync_priority = null", "null is no tier")]
    [InlineData("update client_api_credentials set last_sync_error = null, sync_error_count = 0, last_meta_sync_at = now()", "only meta_sync_priority may be updated here")]
    public async Task Anything_else_is_refused_with_a_reason(string sql, string reason)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync(sql));

        Assert.Equal(reason, refused.MessageText);
        Assert.NotEmpty(refused.Hint!);
        Assert.Equal("medium", await warehouse.Database.ScalarAsync<string>("select tier from ad_accounts"));
    }

    [Fact]
    public async Task Publishing_says_how_fresh_each_report_is_also_when_nothing_changed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        await warehouse.Database.ExecuteAsync("update data_freshness_marks set last_synced_at = '2026-01-01'");

        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        await warehouse.PublishAsync([], Core.Insights.InsightsLevel.Campaign);

        Assert.Equal(
            ["(ad_daily,2026-03-04,t)", "(campaign_daily,,t)"],
            await warehouse.Database.RowsAsync("select stream, latest_data_date, lag < '1 minute' from data_freshness order by 1"));
    }

    [Fact]
    public async Task A_backfill_is_asked_for_by_account_and_days_alone_in_either_spelling()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        await warehouse.Database.ExecuteAsync(
            "insert into meta_backfill_jobs (tenant_id, ad_account_id, since, until) select id, '101', '2024-01-01', '2024-12-31' from tenants");

        Assert.Equal(
            ["(act_101,queued,1,2,t)"],
            await warehouse.Database.RowsAsync("select ad_account_id, status, chunk_months, concurrency, aggregate_currency from meta_backfill_jobs"));
        await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync(
            "insert into meta_backfill_jobs (tenant_id, ad_account_id, since, until) select id, '101', '2024-12-31', '2024-01-01' from tenants"));
    }

    [Fact]
    public async Task An_event_that_Meta_repeats_is_one_row_per_tenant()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        const string Deliver = """
            insert into webhook_inbox (tenant_id, received_at, object, field, value, event_hash)
            select t, now(), 'ad_account', 'field_changed', '{}', sha256('x') from unnest($1::uuid[]) t
            on conflict (event_hash, (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'))) do nothing
            """;

        for (var delivery = 1; delivery <= 2; delivery++)
            await warehouse.Database.ExecuteAsync(Deliver, (object)new Guid?[] { warehouse.Account.Tenant.Value, other.Value, null });

        Assert.Equal(3, await warehouse.Database.ScalarAsync<long>("select count(*) from webhook_inbox"));
    }
}
