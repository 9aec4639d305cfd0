using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Accounts;

/// <summary>An ad account as Meta describes it.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">Its name.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="TimezoneName">IANA zone.</param>
/// <param name="Status">Meta's <c>account_status</c>.</param>
/// <param name="DisableReason">Meta's <c>disable_reason</c>.</param>
public sealed record AdAccountFacts(AdAccountId Id, string Name, string Currency, string TimezoneName, int? Status, int? DisableReason);

/// <summary>The tenants' ad accounts.</summary>
public sealed class AdAccountStore(NpgsqlDataSource database, TimeProvider clock)
{
    // Distinct: a list that shifts between two pages names an account twice, and the later answer counts. In order of
    // id, so that two processes lock the rows in the same order.
    private const string Upsert = """
        insert into ad_accounts as a (
          tenant_id, ad_account_id, integration_id, name, currency, timezone_name, account_status, disable_reason, enabled, tier, created_at, updated_at)
        select distinct on (seen.id)
               @tenant, seen.id, @integration, seen.name, seen.currency, seen.zone, seen.status, seen.reason,
               @tier is not null, coalesce(@tier, 'medium'), @now, @now
        from unnest(@ids, @names, @currencies, @zones, @statuses, @reasons)
          with ordinality as seen (id, name, currency, zone, status, reason, position)
        order by seen.id, seen.position desc
        on conflict (tenant_id, ad_account_id) do update set
          integration_id = excluded.integration_id, name = excluded.name, currency = excluded.currency,
          timezone_name = excluded.timezone_name, account_status = excluded.account_status,
          disable_reason = excluded.disable_reason, updated_at = excluded.updated_at
        where (a.integration_id, a.name, a.currency, a.timezone_name, a.account_status, a.disable_reason)
          is distinct from (excluded.integration_id, excluded.name, excluded.currency, excluded.timezone_name, excluded.account_status, excluded.disable_reason)
        """;

    /// <summary>Stores what Meta says of accounts. Settings of ours are kept; an account that is as before is not written.</summary>
    /// <returns>How many rows were written.</returns>
    public Task<int> UpsertAsync(
        TenantId tenant, Guid integration, IReadOnlyCollection<AdAccountFacts> accounts, CancellationToken cancellationToken) =>
        UpsertAsync(tenant, integration, accounts, enableTier: null, cancellationToken);

    /// <summary>The same; accounts that are new are enabled in a tier at once, unless it is null.</summary>
    /// <returns>How many rows were written.</returns>
    public async Task<int> UpsertAsync(
        TenantId tenant, Guid integration, IReadOnlyCollection<AdAccountFacts> accounts, string? enableTier, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Upsert);
        command.Parameters.AddWithValue("tenant", tenant.Value);
        command.Parameters.AddWithValue("integration", integration);
        command.Parameters.Add(new NpgsqlParameter("tier", NpgsqlDbType.Text) { Value = (object?)enableTier ?? DBNull.Value });
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        command.Parameters.AddWithValue("ids", accounts.Select(account => account.Id.ToString()).ToArray());
        command.Parameters.AddWithValue("names", accounts.Select(account => account.Name).ToArray());
        command.Parameters.AddWithValue("currencies", accounts.Select(account => account.Currency).ToArray());
        command.Parameters.AddWithValue("zones", accounts.Select(account => account.TimezoneName).ToArray());
        command.Parameters.AddWithValue("statuses", NpgsqlDbType.Array | NpgsqlDbType.Integer, accounts.Select(account => account.Status).ToArray());
        command.Parameters.AddWithValue("reasons", NpgsqlDbType.Array | NpgsqlDbType.Integer, accounts.Select(account => account.DisableReason).ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
