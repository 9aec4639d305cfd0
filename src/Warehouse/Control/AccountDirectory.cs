using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>An account with its settings and its schedule, as callers see it.</summary>
public sealed record AccountRecord(
    AdAccountKey Key, string Name, string Currency, string TimezoneName, int? AccountStatus, Guid? Integration,
    bool Enabled, string Tier, int AttributionWindowDays, long SettingsVersion,
    string Health, string? HealthReason, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt,
    int ConsecutiveErrors, string? LastError);

/// <summary>Which accounts are listed.</summary>
/// <param name="Tier">Only of this tier, or null.</param>
/// <param name="Health">Only of this health, or null.</param>
/// <param name="After">The account after which the page begins, or null for the first page.</param>
/// <param name="Limit">Most rows.</param>
public sealed record AccountFilter(string? Tier, string? Health, AdAccountId? After, int Limit);

/// <summary>Finds, lists and switches accounts for callers. Reads PostgreSQL alone: a list never wakes a grain.</summary>
public sealed class AccountDirectory(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Select = """
        select a.tenant_id, a.ad_account_id, a.name, a.currency, a.timezone_name, a.account_status, a.integration_id,
               a.enabled, a.tier, a.attribution_window_days, a.settings_version,
               coalesce(s.health, 'active'), s.health_reason, s.next_due_at, s.rate_limit_backoff_until, s.retry_at,
               coalesce(s.consecutive_errors, 0), s.last_error
        from ad_accounts a
        left join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id

        """;

    /// <summary>One account of a tenant.</summary>
    public async Task<AccountRecord?> FindAsync(AdAccountKey key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + "where a.tenant_id = $1 and a.ad_account_id = $2");
        command.Parameters.Add(new() { Value = key.Tenant.Value });
        command.Parameters.Add(new() { Value = key.Account.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>A page of a tenant's accounts, in the order of their ids as text.</summary>
    public async Task<IReadOnlyList<AccountRecord>> ListAsync(TenantId tenant, AccountFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + """
            where a.tenant_id = $1 and ($2 is null or a.tier = $2) and ($3 is null or coalesce(s.health, 'active') = $3)
              and ($4 is null or a.ad_account_id > $4)
            order by a.ad_account_id
            limit $5
            """);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(Text(filter.Tier));
        command.Parameters.Add(Text(filter.Health));
        command.Parameters.Add(Text(filter.After?.ToString()));
        command.Parameters.Add(new() { Value = filter.Limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<AccountRecord>();
        while (await reader.ReadAsync(cancellationToken))
            accounts.Add(Read(reader));
        return accounts;
    }

    /// <summary>Enables, pauses or moves an account; what is null stays. The account's grain learns of it by itself.</summary>
    /// <returns>False when there is no such account.</returns>
    public async Task<bool> SetSyncAsync(AdAccountKey key, bool? enabled, string? tier, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            update ad_accounts set enabled = coalesce($3, enabled), tier = coalesce($4, tier), updated_at = $5
            where tenant_id = $1 and ad_account_id = $2
            """);
        command.Parameters.Add(new() { Value = key.Tenant.Value });
        command.Parameters.Add(new() { Value = key.Account.ToString() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Boolean, Value = (object?)enabled ?? DBNull.Value });
        command.Parameters.Add(Text(tier));
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    private static AccountRecord Read(NpgsqlDataReader reader) => new(
        new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))),
        reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.Value<int>(5), reader.Value<Guid>(6),
        reader.GetBoolean(7), reader.GetString(8), reader.GetInt32(9), reader.GetInt64(10),
        reader.GetString(11), reader.Line(12), reader.Value<DateTimeOffset>(13), reader.Value<DateTimeOffset>(14),
        reader.Value<DateTimeOffset>(15), reader.GetInt32(16), reader.Line(17));
}
