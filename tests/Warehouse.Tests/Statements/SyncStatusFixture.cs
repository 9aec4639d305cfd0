using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Accounts;

namespace MetaGrains.Warehouse.Tests.Statements;

/// <summary>Connected accounts with schedules, for what people ask about them.</summary>
internal static class SyncStatusFixture
{
    public static async Task ConnectAsync(WarehouseFixture warehouse, AdAccountKey account, string tier = "medium", bool enabled = true)
    {
        await warehouse.Database.ExecuteAsync(
            "insert into integrations (tenant_id, name) values ($1, 'main') on conflict (tenant_id, platform, name) do nothing", account.Tenant.Value);
        await warehouse.Database.ExecuteAsync(
            """
            update ad_accounts set enabled = $3, tier = $4, integration_id = (select id from integrations where tenant_id = $1)
            where tenant_id = $1 and ad_account_id = $2
            """,
            account.Tenant.Value, account.Account.ToString(), enabled, tier);
    }

    public static async Task<AdAccountKey> AddConnectedAsync(WarehouseFixture warehouse, TenantId tenant, string id, string tier = "medium", bool enabled = true)
    {
        var account = await WarehouseFixture.AddAccountAsync(warehouse.Database, tenant, id);
        await ConnectAsync(warehouse, account, tier, enabled);
        return account;
    }

    public static Task<TenantId> AddTenantAsync(WarehouseFixture warehouse, string slug) =>
        new TenantStore(warehouse.Database.Source, TimeProvider.System).EnsureAsync(slug, $"The {slug}", "EUR", default);

    /// <summary>Writes the account's schedule, its due time in minutes from now.</summary>
    public static Task DueInAsync(WarehouseFixture warehouse, AdAccountKey account, int minutes, string health = "active", int errors = 0, int? backoffMinutes = null) =>
        warehouse.Database.ExecuteAsync(
            """
            insert into account_schedule (tenant_id, ad_account_id, next_due_at, health_since, updated_at, due_offset, health, health_owner, health_reason,
              consecutive_errors, last_error_at, last_error_kind, last_error, rate_limit_backoff_until)
            values ($1, $2, now() + make_interval(mins => $3), now(), now(), 7, $4, 'us', 'For a test.', $5,
              case when $5 > 0 then now() end, case when $5 > 0 then 'Transient' end, case when $5 > 0 then 'Meta said no.' end,
              case when $6 > 0 then now() + make_interval(mins => $6) end)
            """,
            account.Tenant.Value, account.Account.ToString(), minutes, health, errors, backoffMinutes ?? 0);
}
