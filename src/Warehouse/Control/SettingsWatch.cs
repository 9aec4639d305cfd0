using MetaGrains.Core.Tenancy;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>Whose grain has to be told something.</summary>
public enum BehindKind
{
    /// <summary>An account whose settings are not applied.</summary>
    Account,

    /// <summary>An account that was asked for a run.</summary>
    Run,

    /// <summary>A tenant whose budget has other rules.</summary>
    Budget,

    /// <summary>A connection whose ad accounts are to be listed.</summary>
    Connection,
}

/// <summary>A grain that does not know yet what PostgreSQL says.</summary>
/// <param name="Kind">What it does not know.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The account or the connection; empty for a budget.</param>
/// <param name="Mark">Names the state that it does not know: another text is another state.</param>
public readonly record struct Behind(BehindKind Kind, TenantId Tenant, string Id, string Mark);

/// <summary>
/// Finds the grains that are behind PostgreSQL. It compares states and follows no events, so nothing that was changed
/// while nobody looked is missed.
/// </summary>
public sealed class SettingsWatch(NpgsqlDataSource database, IOptions<WarehouseOptions> warehouse, IOptions<SyncOptions> process)
{
    // The version's text is compared whole: it says nothing of which is newer.
    private const string Find = """
        (
          select 'Account', v.tenant_id, v.ad_account_id, v.version || @suffix
          from account_settings_versions v
          left join account_schedule s on s.tenant_id = v.tenant_id and s.ad_account_id = v.ad_account_id
          where case when s.tenant_id is null then v.enabled and not v.tenant_deleted
                     else s.applied_settings is distinct from v.version || @suffix end
          order by s.updated_at nulls first, v.tenant_id, v.ad_account_id
          limit @limit
        ) union all (
          select 'Run', tenant_id, ad_account_id, max(run_id)::text
          from sync_runs
          where requested_at < @settled and status in ('queued', 'running')
          group by tenant_id, ad_account_id
          order by min(requested_at), tenant_id, ad_account_id
          limit @limit
        ) union all (
          select 'Budget', id, '', settings_version::text
          from tenants
          where settings_version <> budget_version and deleted_at is null
          order by updated_at, id
          limit @limit
        ) union all (
          select 'Connection', i.tenant_id, i.id::text, i.discovery_requested_at::text
          from integrations i
          join tenants t on t.id = i.tenant_id
          where i.status = 'active' and t.deleted_at is null
            and i.discovery_requested_at > coalesce(i.discovered_at, '-infinity')
            and coalesce(i.discovery_retry_at, '-infinity') <= @now
          order by i.discovery_requested_at, i.id
          limit @limit
        )
        """;

    /// <summary>Who is behind, of each kind those first who wait longest.</summary>
    /// <param name="settledBefore">Runs that were asked for later are left to whoever accepted them.</param>
    /// <param name="now">The time.</param>
    /// <param name="limit">Most of each kind.</param>
    public async Task<IReadOnlyList<Behind>> FindAsync(DateTimeOffset settledBefore, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddWithValue("suffix", process.Value.VersionSuffix);
        command.Parameters.AddWithValue("settled", settledBefore.UtcDateTime);
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Behind>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new Behind(Enum.Parse<BehindKind>(reader.GetString(0)), new TenantId(reader.GetGuid(1)), reader.GetString(2), reader.GetString(3)));
        return found;
    }

    /// <summary>Notes that a budget has read the rules, at least in the state of <see cref="Behind.Mark"/>.</summary>
    public async Task BudgetAppliedAsync(Behind budget, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("update tenants set budget_version = $2::bigint where id = $1");
        command.Parameters.Add(new() { Value = budget.Tenant.Value });
        command.Parameters.Add(new() { Value = budget.Mark });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes the place of the one process that tells the grains.</summary>
    /// <returns>The place, for as long as its connection lives; null when another process has it.</returns>
    public Task<SettingsChannel?> ListenAsync(CancellationToken cancellationToken) =>
        SettingsChannel.OpenAsync(warehouse.Value.DirectUrl ?? warehouse.Value.DatabaseUrl, cancellationToken);
}
