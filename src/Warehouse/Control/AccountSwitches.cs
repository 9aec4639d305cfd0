using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What changes of many accounts at once; null stays as it is.</summary>
/// <param name="Enabled">Enables or pauses them.</param>
/// <param name="Tier">A tier, or <c>auto</c>.</param>
public sealed record AccountsChange(bool? Enabled, string? Tier);

/// <summary>Which accounts of a tenant.</summary>
/// <param name="OfTier">Only those that are in this tier; null for all.</param>
public sealed record AccountSelection(string? OfTier);

/// <summary>How many accounts a change concerned.</summary>
/// <param name="Selected">Accounts that were meant.</param>
/// <param name="Changed">Those of them that were otherwise before.</param>
public readonly record struct AccountsChanged(int Selected, int Changed);

/// <summary>
/// Switches any number of a tenant's accounts in one statement. Their grains hear of it a page at a time: whoever was
/// otherwise before has a new settings version, and nobody else.
/// </summary>
public sealed class AccountSwitches(NpgsqlDataSource database, TimeProvider clock)
{
    // A tier that is named is a choice, also when it is the one that the account is in: it ends "auto".
    private const string Change = """
        with selected as (
          select tenant_id, ad_account_id,
                 coalesce(enabled <> @enabled, false)
                   or case when @tier is null then false when @tier = 'auto' then not auto_tier else tier <> @tier or auto_tier end as differs
          from ad_accounts
          where tenant_id = @tenant and (@of_tier is null or tier = @of_tier)
        ), changed as (
          update ad_accounts a set {0}updated_at = @now
          from selected s where s.differs and a.tenant_id = s.tenant_id and a.ad_account_id = s.ad_account_id
          returning 1
        )
        select (select count(*) from selected)::int, (select count(*) from changed)::int
        """;

    private static readonly string Enable = Change.Replace("{0}", "enabled = @enabled, ", StringComparison.Ordinal);
    private static readonly string Move = Change.Replace("{0}", "tier = @tier, ", StringComparison.Ordinal);
    private static readonly string Both = Change.Replace("{0}", "enabled = @enabled, tier = @tier, ", StringComparison.Ordinal);

    /// <summary>Changes them.</summary>
    /// <exception cref="PostgresException">There is no such tier (23503).</exception>
    public async Task<AccountsChanged> SetAsync(TenantId tenant, AccountSelection selection, AccountsChange change, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(change switch
        {
            { Tier: null } => Enable,
            { Enabled: null } => Move,
            _ => Both,
        });
        command.Parameters.AddWithValue("tenant", tenant.Value);
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        command.Parameters.Add(new NpgsqlParameter("enabled", NpgsqlDbType.Boolean) { Value = (object?)change.Enabled ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("tier", NpgsqlDbType.Text) { Value = (object?)change.Tier ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("of_tier", NpgsqlDbType.Text) { Value = (object?)selection.OfTier ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AccountsChanged(reader.GetInt32(0), reader.GetInt32(1));
    }
}
