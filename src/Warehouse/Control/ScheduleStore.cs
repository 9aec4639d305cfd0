using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>Some of a sweep's accounts that are overdue.</summary>
/// <param name="Accounts">The accounts, HIGH before MEDIUM before LOW, then the longest overdue.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record OverduePage(IReadOnlyList<AdAccountKey> Accounts, int Total);

/// <summary>Rows of <c>account_schedule</c>: written by grains, many accounts in one statement; read at activation and by the sweeps.</summary>
public sealed class ScheduleStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Upsert = """
        insert into account_schedule as s (
          tenant_id, ad_account_id, next_due_at, health_since, health_next_try, rate_limit_backoff_until, retry_at, last_error_at,
          due_offset, consecutive_errors, last_error_code, last_error_subcode, health, health_owner, health_reason,
          last_error_kind, last_error, last_error_advice, last_error_trace, applied_settings, sweep, updated_at)
        select *, @now from unnest(
          @tenants, @accounts, @due, @since, @tries, @backoffs, @retries, @errors_at, @offsets, @errors, @codes, @subcodes,
          @healths, @owners, @reasons, @kinds, @messages, @advice, @traces, @applied, @sweeps)
        on conflict (tenant_id, ad_account_id) do update set
          next_due_at = excluded.next_due_at, health_since = excluded.health_since, health_next_try = excluded.health_next_try,
          rate_limit_backoff_until = excluded.rate_limit_backoff_until, retry_at = excluded.retry_at,
          last_error_at = excluded.last_error_at, due_offset = excluded.due_offset, consecutive_errors = excluded.consecutive_errors,
          last_error_code = excluded.last_error_code, last_error_subcode = excluded.last_error_subcode, health = excluded.health,
          health_owner = excluded.health_owner, health_reason = excluded.health_reason, last_error_kind = excluded.last_error_kind,
          last_error = excluded.last_error, last_error_advice = excluded.last_error_advice,
          last_error_trace = excluded.last_error_trace, applied_settings = excluded.applied_settings, sweep = excluded.sweep,
          updated_at = excluded.updated_at
        """;

    private const string Select = """
        select next_due_at, due_offset, health, health_owner, health_since, health_next_try, health_reason,
               rate_limit_backoff_until, retry_at, consecutive_errors, last_error_at, last_error_kind, last_error,
               last_error_advice, last_error_code, last_error_subcode, last_error_trace, applied_settings
        from account_schedule where tenant_id = $1 and ad_account_id = $2
        """;

    // Whoever backs off knows when to come back, and whoever is parked waits for a person: neither is overdue.
    private const string Overdue = """
        select s.tenant_id, s.ad_account_id, count(*) over ()
        from account_schedule s
        join ad_accounts a on a.tenant_id = s.tenant_id and a.ad_account_id = s.ad_account_id
        join tenants t on t.id = s.tenant_id
        where s.sweep = $4 and s.next_due_at < $1 and (s.rate_limit_backoff_until is null or s.rate_limit_backoff_until <= $2)
          and (s.retry_at is null or s.retry_at <= $2) and syncs_by_itself(s.health)
          and (s.health <> 'meta_incident' or s.health_next_try <= $2)
          and a.enabled and t.sync_enabled and t.deleted_at is null and (select w.enabled from scheduler_switch w)
        order by case a.tier when 'high' then 0 when 'low' then 2 else 1 end, s.next_due_at, s.tenant_id, s.ad_account_id
        limit $3 offset $5
        """;

    /// <summary>Writes rows, at most one per account.</summary>
    public async Task WriteAsync(IReadOnlyCollection<(AdAccountKey Key, ScheduleRow Row)> rows, CancellationToken cancellationToken)
    {
        // In one order, so that two batches never wait for each other in a circle.
        var ordered = rows.OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal).ToArray();
        await using var command = database.CreateCommand(Upsert);
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        Bind("tenants", NpgsqlDbType.Uuid, (key, _) => key.Tenant.Value);
        Bind("accounts", NpgsqlDbType.Text, (key, _) => key.Account.ToString());
        Bind("due", NpgsqlDbType.TimestampTz, (_, row) => row.NextDueAt?.UtcDateTime);
        Bind("since", NpgsqlDbType.TimestampTz, (_, row) => row.Health.Since.UtcDateTime);
        Bind("tries", NpgsqlDbType.TimestampTz, (_, row) => row.Health.NextTry?.UtcDateTime);
        Bind("backoffs", NpgsqlDbType.TimestampTz, (_, row) => row.RateLimitBackoffUntil?.UtcDateTime);
        Bind("retries", NpgsqlDbType.TimestampTz, (_, row) => row.RetryAt?.UtcDateTime);
        Bind("errors_at", NpgsqlDbType.TimestampTz, (_, row) => row.LastError?.At.UtcDateTime);
        Bind("offsets", NpgsqlDbType.Integer, (_, row) => row.Offset.Fraction);
        Bind("errors", NpgsqlDbType.Integer, (_, row) => row.ConsecutiveErrors);
        Bind("codes", NpgsqlDbType.Integer, (_, row) => row.LastError?.Code);
        Bind("subcodes", NpgsqlDbType.Integer, (_, row) => row.LastError?.Subcode);
        Bind("healths", NpgsqlDbType.Text, (_, row) => row.Health.Health.WireName());
        Bind("owners", NpgsqlDbType.Text, (_, row) => row.Health.Owner.WireName());
        Bind("reasons", NpgsqlDbType.Text, (_, row) => row.Health.Reason);
        Bind("kinds", NpgsqlDbType.Text, (_, row) => row.LastError?.Kind.ToString());
        Bind("messages", NpgsqlDbType.Text, (_, row) => row.LastError?.Message);
        Bind("advice", NpgsqlDbType.Text, (_, row) => row.LastError?.Advice);
        Bind("traces", NpgsqlDbType.Text, (_, row) => row.LastError?.TraceId);
        Bind("applied", NpgsqlDbType.Text, (_, row) => row.AppliedSettings);
        Bind("sweeps", NpgsqlDbType.Smallint, (key, _) => (short)SweepKey.Of(key).Number);
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Bind<T>(string name, NpgsqlDbType type, Func<AdAccountKey, ScheduleRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = ordered.Select(entry => value(entry.Key, entry.Row)).ToArray() });
    }

    /// <summary>An account's row; null for one that never ran.</summary>
    public async Task<ScheduleRow?> FindAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Removes an account's row.</summary>
    public async Task DeleteAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from account_schedule where tenant_id = $1 and ad_account_id = $2");
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A sweep's accounts whose due time passed before a moment and that nobody has woken, HIGH first and of each tier the longest overdue.</summary>
    public async Task<IReadOnlyList<AdAccountKey>> OverdueAsync(
        SweepKey sweep, DateTimeOffset dueBefore, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        (await OverdueAsync(sweep, dueBefore, now, skip: 0, limit, cancellationToken)).Accounts;

    /// <summary>The same, from a place in the list on.</summary>
    /// <param name="skip">How many of the list come before the page.</param>
    public async Task<OverduePage> OverdueAsync(
        SweepKey sweep, DateTimeOffset dueBefore, DateTimeOffset now, int skip, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Overdue);
        command.Parameters.Add(new() { Value = dueBefore.UtcDateTime });
        command.Parameters.Add(new() { Value = now.UtcDateTime });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = (short)sweep.Number });
        command.Parameters.Add(new() { Value = skip });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<AdAccountKey>();
        var total = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            accounts.Add(new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))));
            total = (int)reader.GetInt64(2);
        }

        return new OverduePage(accounts, total);
    }

    private static ScheduleRow Read(NpgsqlDataReader reader) => new()
    {
        NextDueAt = reader.Value<DateTimeOffset>(0),
        Offset = new AccountOffset(reader.GetInt32(1)),
        Health = new HealthState(
            AccountHealths.TryParse(reader.GetString(2), out var health) ? health : throw Unknown("health", reader.GetString(2)),
            Owner(reader.GetString(3)), reader.GetFieldValue<DateTimeOffset>(4), reader.Value<DateTimeOffset>(5), reader.GetString(6)),
        RateLimitBackoffUntil = reader.Value<DateTimeOffset>(7),
        RetryAt = reader.Value<DateTimeOffset>(8),
        ConsecutiveErrors = reader.GetInt32(9),
        LastError = reader.Value<DateTimeOffset>(10) is not { } at ? null : new LastError(
            at, Enum.TryParse<FailureKind>(reader.GetString(11), out var kind) ? kind : throw Unknown("last_error_kind", reader.GetString(11)),
            reader.GetString(12), reader.Line(13) ?? "", reader.Value<int>(14), reader.Value<int>(15), reader.Line(16)),
        AppliedSettings = reader.Line(17),
    };

    private static HealthOwner Owner(string text)
    {
        foreach (var owner in Enum.GetValues<HealthOwner>())
        {
            if (owner.WireName() == text)
                return owner;
        }

        throw Unknown("health_owner", text);
    }

    private static InvalidOperationException Unknown(string column, string value) =>
        new($"account_schedule.{column} holds '{value}', which this program does not know.");
}
