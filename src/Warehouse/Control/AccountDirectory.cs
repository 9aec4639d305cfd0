using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>An account with its settings and its schedule, as callers see it.</summary>
public sealed record AccountRecord(
    AdAccountKey Key, string Name, string Currency, string TimezoneName, int? AccountStatus, Guid? Integration,
    bool Enabled, string Tier, int AttributionWindowDays, long SettingsVersion,
    string Health, string HealthReason, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt,
    int ConsecutiveErrors, string? LastError)
{
    /// <summary>Who has to act: <c>us</c>, <c>customer</c> or <c>meta</c>.</summary>
    public string HealthOwner { get; init; } = "us";

    /// <summary>Since when its health is so, as its grain wrote it; null before that.</summary>
    public DateTimeOffset? HealthSince { get; init; }

    /// <summary>When it is tried again by itself; null when only a person can help, or nothing is wrong.</summary>
    public DateTimeOffset? HealthNextTry { get; init; }

    /// <summary>Whether its tier moves by itself.</summary>
    public bool AutoTier { get; init; }

    /// <summary>Why it is in its tier, where it moves by itself and that was decided once.</summary>
    public string? AutoTierReason { get; init; }
}

/// <summary>Which accounts are listed.</summary>
/// <param name="Tier">Only of this tier, or null.</param>
/// <param name="Health">Only of this health, or null.</param>
/// <param name="After">The account after which the page begins, or null for the first page.</param>
/// <param name="Limit">Most rows.</param>
/// <param name="Enabled">Only those that are enabled, or that are not; null for both.</param>
public sealed record AccountFilter(string? Tier, string? Health, AdAccountId? After, int Limit, bool? Enabled = null);

/// <summary>Finds, lists and switches accounts for callers. Reads PostgreSQL alone: a list never wakes a grain.</summary>
public sealed class AccountDirectory(NpgsqlDataSource database, TimeProvider clock)
{
    // A setting counts from the moment that it is committed, whether or not the account's grain has taken it up: it may
    // be that no silo runs. What only the grain knows is as the grain wrote it last.
    private const string Select = $"""
        select a.tenant_id, a.ad_account_id, a.name, a.currency, a.timezone_name, a.account_status, a.integration_id,
               a.enabled, a.tier, a.attribution_window_days, a.settings_version,
               h.health, h.reason, s.next_due_at, s.rate_limit_backoff_until, s.retry_at, coalesce(s.consecutive_errors, 0), s.last_error,
               h.owner, case when h.health = s.health and h.owner = s.health_owner then s.health_since end,
               case when h.health = s.health and h.owner = s.health_owner then s.health_next_try end,
               a.auto_tier, a.auto_tier_reason
        from ad_accounts a
        join tenants t on t.id = a.tenant_id
        cross join scheduler_switch w
        left join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
        cross join lateral (
          select case when not t.sync_enabled or not a.enabled or not w.enabled then 'paused'
                      when a.integration_id is null then 'not_connected'
                      when s.health is null or (s.health in ('paused', 'not_connected') and s.health_owner = 'customer') or s.health_reason = '{SyncMachine.PausedByOperator}' then 'active'
                      else s.health end,
                 case when not t.sync_enabled then 'The tenant is paused; resume it to sync.'
                      when not a.enabled then 'The account is paused; resume it to sync.'
                      when not w.enabled then '{SyncMachine.PausedByOperator}'
                      when a.integration_id is null then 'No connection to Meta reaches this account; connect one.'
                      when s.health is null then 'It has not run yet.'
                      when s.health in ('paused', 'not_connected') and s.health_owner = 'customer' or s.health_reason = '{SyncMachine.PausedByOperator}' then 'It is about to sync.'
                      else s.health_reason end,
                 case when not t.sync_enabled or not a.enabled then 'customer'
                      when not w.enabled then 'us'
                      when a.integration_id is null then 'customer'
                      when s.health is null or s.health in ('paused', 'not_connected') and s.health_owner = 'customer' or s.health_reason = '{SyncMachine.PausedByOperator}' then 'us'
                      else s.health_owner end
        ) as h (health, reason, owner)

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
            where a.tenant_id = $1 and ($2 is null or a.tier = $2) and ($3 is null or h.health = $3)
              and ($4 is null or a.ad_account_id > $4) and ($6 is null or a.enabled = $6)
            order by a.ad_account_id
            limit $5
            """);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(Text(filter.Tier));
        command.Parameters.Add(Text(filter.Health));
        command.Parameters.Add(Text(filter.After?.ToString()));
        command.Parameters.Add(new() { Value = filter.Limit });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Boolean, Value = (object?)filter.Enabled ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<AccountRecord>();
        while (await reader.ReadAsync(cancellationToken))
            accounts.Add(Read(reader));
        return accounts;
    }

    /// <summary>Which of some accounts a tenant has.</summary>
    public async Task<IReadOnlySet<string>> KnownAsync(TenantId tenant, IReadOnlyCollection<string> accounts, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select ad_account_id from ad_accounts where tenant_id = $1 and ad_account_id = any ($2)");
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = accounts.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            known.Add(reader.GetString(0));
        return known;
    }

    /// <summary>Enables, pauses or moves an account; what is null stays. The account's grain learns of it by itself.</summary>
    /// <returns>False when there is no such account.</returns>
    public async Task<bool> SetSyncAsync(AdAccountKey key, bool? enabled, string? tier, CancellationToken cancellationToken)
    {
        // A statement that names the tier chooses it.
        await using var command = database.CreateCommand($"""
            update ad_accounts set enabled = coalesce($3, enabled), {(tier is null ? "" : "tier = $4, ")}updated_at = $5
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
        reader.GetString(11), reader.GetString(12), reader.Value<DateTimeOffset>(13), reader.Value<DateTimeOffset>(14),
        reader.Value<DateTimeOffset>(15), reader.GetInt32(16), reader.Line(17))
    {
        HealthOwner = reader.GetString(18),
        HealthSince = reader.Value<DateTimeOffset>(19),
        HealthNextTry = reader.Value<DateTimeOffset>(20),
        AutoTier = reader.GetBoolean(21),
        AutoTierReason = reader.Line(22),
    };
}
