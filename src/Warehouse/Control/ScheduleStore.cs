using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What an account's grain says of its schedule: a row of <c>account_schedule</c>.</summary>
public sealed record ScheduleRow(
    AdAccountKey Key, DateTimeOffset? NextDueAt, string? NextDueJob, string Health, string? HealthReason,
    DateTimeOffset? BackoffUntil, int ConsecutiveErrors, string? LastError, DateTimeOffset? LastSuccessAt);

/// <summary>Due times and health: written by grains, many accounts in one statement; read by the sweeps.</summary>
public sealed class ScheduleStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Upsert = """
        insert into account_schedule as s (
          tenant_id, ad_account_id, next_due_at, next_due_job, health, health_reason, rate_limit_backoff_until,
          consecutive_errors, last_error, last_success_at, updated_at)
        select *, @now from unnest(@tenants, @accounts, @due, @jobs, @healths, @reasons, @backoffs, @errors, @messages, @successes)
        on conflict (tenant_id, ad_account_id) do update set
          next_due_at = excluded.next_due_at, next_due_job = excluded.next_due_job, health = excluded.health,
          health_reason = excluded.health_reason, rate_limit_backoff_until = excluded.rate_limit_backoff_until,
          consecutive_errors = excluded.consecutive_errors, last_error = excluded.last_error,
          last_success_at = coalesce(excluded.last_success_at, s.last_success_at), updated_at = excluded.updated_at
        """;

    // Whoever backs off knows when to come back, and whoever is parked waits for a person: neither is overdue.
    private const string Overdue = """
        select s.tenant_id, s.ad_account_id
        from account_schedule s
        join ad_accounts a on a.tenant_id = s.tenant_id and a.ad_account_id = s.ad_account_id
        join tenants t on t.id = s.tenant_id
        where s.next_due_at < $1 and (s.rate_limit_backoff_until is null or s.rate_limit_backoff_until < $2)
          and a.enabled and t.sync_enabled and t.deleted_at is null
        order by s.next_due_at
        limit $3
        """;

    /// <summary>Writes the rows, one per account.</summary>
    public async Task WriteAsync(IReadOnlyCollection<ScheduleRow> rows, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Upsert);
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        Bind("tenants", NpgsqlDbType.Uuid, row => row.Key.Tenant.Value);
        Bind("accounts", NpgsqlDbType.Text, row => row.Key.Account.ToString());
        Bind("due", NpgsqlDbType.TimestampTz, row => row.NextDueAt?.UtcDateTime);
        Bind("jobs", NpgsqlDbType.Text, row => row.NextDueJob);
        Bind("healths", NpgsqlDbType.Text, row => row.Health);
        Bind("reasons", NpgsqlDbType.Text, row => row.HealthReason);
        Bind("backoffs", NpgsqlDbType.TimestampTz, row => row.BackoffUntil?.UtcDateTime);
        Bind("errors", NpgsqlDbType.Integer, row => row.ConsecutiveErrors);
        Bind("messages", NpgsqlDbType.Text, row => row.LastError);
        Bind("successes", NpgsqlDbType.TimestampTz, row => row.LastSuccessAt?.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Bind<T>(string name, NpgsqlDbType type, Func<ScheduleRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = rows.Select(value).ToArray() });
    }

    /// <summary>Accounts whose due time passed before a moment and that nobody has woken, longest overdue first.</summary>
    public async Task<IReadOnlyList<AdAccountKey>> OverdueAsync(DateTimeOffset dueBefore, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Overdue);
        command.Parameters.Add(new() { Value = dueBefore.UtcDateTime });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<AdAccountKey>();
        while (await reader.ReadAsync(cancellationToken))
            accounts.Add(new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))));
        return accounts;
    }
}
