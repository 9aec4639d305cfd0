using MetaGrains.Core.Accounts;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>A row of <c>incidents</c>.</summary>
public sealed record IncidentRecord(
    long Id, ErrorSignature Signature, string Message, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, string? ClosedBy, int Reopened,
    int Accounts, int Probes, DateTimeOffset? LastProbeAt, DateTimeOffset NextProbeAt);

/// <summary>Incidents: written by one grain, read by every silo and by operators.</summary>
public sealed class IncidentStore(NpgsqlDataSource database)
{
    /// <summary>It was over since a run of one of its accounts succeeded.</summary>
    public const string ByProbe = "probe";

    /// <summary>It was over since no account had the error any more.</summary>
    public const string ByNobody = "quiet";

    private const string Columns = """
        id, error_kind, error_code, error_subcode, message, opened_at, closed_at, closed_by, reopened, accounts, probes, last_probe_at, next_probe_at
        """;

    /// <summary>How soon after its end an incident comes back as the same one.</summary>
    public static TimeSpan SameWithin { get; } = TimeSpan.FromMinutes(30);

    /// <summary>How long one that is over is still told of.</summary>
    public static TimeSpan Late { get; } = TimeSpan.FromHours(1);

    /// <summary>Opens an incident, takes up one that ended a little while ago, or finds the one that is open already.</summary>
    /// <param name="nextProbe">From the probes that it had so far to when one account is let through.</param>
    public async Task<IncidentRecord> OpenAsync(FoundIncident found, DateTimeOffset now, Func<int, DateTimeOffset> nextProbe, CancellationToken cancellationToken)
    {
        if (await LastAsync(found.Signature, cancellationToken) is { } last)
        {
            if (last.ClosedAt is not { } closedAt)
                return last;
            if (closedAt > now - SameWithin)
            {
                return await OneAsync($"""
                    update incidents set closed_at = null, closed_by = null, reopened = reopened + 1, accounts = $2, next_probe_at = $3, updated_at = $4
                    where id = $1
                    returning {Columns}
                    """, cancellationToken, last.Id, found.Accounts, nextProbe(last.Probes).UtcDateTime, now.UtcDateTime);
            }
        }

        return await OneAsync($"""
            insert into incidents (error_kind, error_code, error_subcode, message, opened_at, accounts, next_probe_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $5)
            returning {Columns}
            """, cancellationToken, found.Signature.Kind.ToString(), Number(found.Signature.Code), Number(found.Signature.Subcode),
            found.Message, now.UtcDateTime, found.Accounts, nextProbe(0).UtcDateTime);
    }

    /// <summary>Notes that one account is let through.</summary>
    public Task<IncidentRecord> ProbeAsync(long id, int suffering, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellationToken) => OneAsync($"""
        update incidents set probes = probes + 1, accounts = $2, last_probe_at = $3, next_probe_at = $4, updated_at = $3 where id = $1
        returning {Columns}
        """, cancellationToken, id, suffering, now.UtcDateTime, next.UtcDateTime);

    /// <summary>Ends an incident that is open.</summary>
    /// <param name="by"><see cref="ByProbe"/> or <see cref="ByNobody"/>.</param>
    public async Task CloseAsync(long id, string by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "update incidents set closed_at = $3, closed_by = $2, updated_at = $3 where id = $1 and closed_at is null", id, by, now.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those that are open, and those that ended within the last hour; the oldest first.</summary>
    public Task<IReadOnlyList<IncidentRecord>> OfLateAsync(DateTimeOffset now, CancellationToken cancellationToken) => ListAsync(
        $"select {Columns} from incidents where closed_at is null or closed_at > $1 order by id", cancellationToken, (now - Late).UtcDateTime);

    /// <summary>A page of all, the newest first.</summary>
    /// <param name="before">The incident before which it begins; null for the first page.</param>
    /// <param name="open">Only those that are open, or only those that are over; null for both.</param>
    /// <param name="tenant">Only those whose error accounts of this tenant have now; null for all.</param>
    public Task<IReadOnlyList<IncidentRecord>> PageAsync(long? before, bool? open, TenantId? tenant, int limit, CancellationToken cancellationToken) => ListAsync($"""
        select {Columns} from incidents i
        where ($1 is null or id < $1) and ($2 is null or (closed_at is null) = $2) and ($4 is null or exists (
          select from account_schedule s
          where s.tenant_id = $4 and s.consecutive_errors > 0 and s.last_error_kind = i.error_kind
            and s.last_error_code is not distinct from i.error_code and s.last_error_subcode is not distinct from i.error_subcode
            and (i.closed_at is null or s.last_error_at <= i.closed_at)))
        order by id desc limit $3
        """, cancellationToken,
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)before ?? DBNull.Value },
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Boolean, Value = (object?)open ?? DBNull.Value }, limit,
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)tenant?.Value ?? DBNull.Value });

    /// <summary>One of the accounts that suffer from an incident, another with each probe, and how many there are.</summary>
    public async Task<(AdAccountKey? One, int All)> SufferingAsync(IncidentRecord incident, CancellationToken cancellationToken)
    {
        await using var command = Command("""
            select s.tenant_id, s.ad_account_id, count(*) over ()
            from account_schedule s
            join ad_accounts a on a.tenant_id = s.tenant_id and a.ad_account_id = s.ad_account_id
            join tenants t on t.id = s.tenant_id
            where s.consecutive_errors > 0 and s.last_error_kind = $1
              and s.last_error_code is not distinct from $2 and s.last_error_subcode is not distinct from $3
              and syncs_by_itself(s.health) and s.health <> 'throttled' and a.enabled and t.sync_enabled and t.deleted_at is null
            order by md5(s.ad_account_id || '/' || $4)
            limit 1
            """, incident.Signature.Kind.ToString(), Number(incident.Signature.Code), Number(incident.Signature.Subcode), incident.Probes);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))), (int)reader.GetInt64(2))
            : (null, 0);
    }

    private async Task<IncidentRecord?> LastAsync(ErrorSignature signature, CancellationToken cancellationToken) =>
        (await ListAsync($"""
            select {Columns} from incidents
            where error_kind = $1 and error_code is not distinct from $2 and error_subcode is not distinct from $3
            order by id desc limit 1
            """, cancellationToken, signature.Kind.ToString(), Number(signature.Code), Number(signature.Subcode))).SingleOrDefault();

    private async Task<IncidentRecord> OneAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        (await ListAsync(sql, cancellationToken, values)).Single();

    private async Task<IReadOnlyList<IncidentRecord>> ListAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var incidents = new List<IncidentRecord>();
        while (await reader.ReadAsync(cancellationToken))
            incidents.Add(Read(reader));
        return incidents;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    private static NpgsqlParameter Number(int? value) => new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)value ?? DBNull.Value };

    private static IncidentRecord Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        new ErrorSignature(Enum.Parse<FailureKind>(reader.GetString(1)), reader.Value<int>(2), reader.Value<int>(3)),
        reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.Value<DateTimeOffset>(6), reader.Line(7), reader.GetInt32(8),
        reader.GetInt32(9), reader.GetInt32(10), reader.Value<DateTimeOffset>(11), reader.GetFieldValue<DateTimeOffset>(12));
}
