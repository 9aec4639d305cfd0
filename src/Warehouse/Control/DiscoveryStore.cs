using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>Where the listing of a connection's ad accounts stands.</summary>
/// <param name="Tenant">Whose connection it is.</param>
/// <param name="Wanted">Whether accounts are to be listed: that was asked for and is not done, and the token lives as far as is known.</param>
/// <param name="RequestedAt">When it was asked for last.</param>
/// <param name="RetryAt">When it is tried again after it failed; null when it did not.</param>
/// <param name="Tries">How often it failed since it was asked for.</param>
/// <param name="EnableTier">Accounts seen for the first time are enabled in this tier; null: they stay off.</param>
public sealed record DiscoveryRecord(
    TenantId Tenant, bool Wanted, DateTimeOffset? RequestedAt, DateTimeOffset? RetryAt, int Tries, string? EnableTier);

/// <summary>How a listing failed.</summary>
/// <param name="Message">For a person; holds no token.</param>
/// <param name="Code">Meta's error code.</param>
/// <param name="RetryAt">When it is tried again; null: the token is dead, and only a new one helps.</param>
public sealed record DiscoveryFailure(string Message, int? Code, DateTimeOffset? RetryAt);

/// <summary>The part of <c>integrations</c> that belongs to the connection's grain. A result counts only for the request that it was made for.</summary>
public sealed class DiscoveryStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Find = """
        select i.tenant_id,
               i.status = 'active' and t.deleted_at is null
                 and coalesce(i.discovery_requested_at > coalesce(i.discovered_at, '-infinity'), false),
               i.discovery_requested_at, i.discovery_retry_at, i.discovery_tries, i.enable_tier
        from integrations i
        join tenants t on t.id = i.tenant_id
        where i.id = $1
        """;

    // Not before the request, whatever the clocks of two machines say.
    private const string Done = """
        update integrations set
          discovered_at = greatest($3, discovery_requested_at), accounts_seen = $4, discovery_error = null, discovery_error_code = null,
          discovery_tries = 0, discovery_retry_at = null, updated_at = $3
        where id = $1 and discovery_requested_at = $2
        """;

    private const string Failed = """
        update integrations set
          discovery_error = $4, discovery_error_code = $5, discovery_tries = discovery_tries + 1, discovery_retry_at = $6,
          status = case when $6 is null and status = 'active' then 'expired' else status end, updated_at = $3
        where id = $1 and discovery_requested_at = $2
        """;

    /// <summary>Where it stands; null when there is no such connection.</summary>
    public async Task<DiscoveryRecord?> FindAsync(Guid connection, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new() { Value = connection });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DiscoveryRecord(
                new TenantId(reader.GetGuid(0)), reader.GetBoolean(1), reader.Value<DateTimeOffset>(2), reader.Value<DateTimeOffset>(3),
                reader.GetInt32(4), reader.Line(5))
            : null;
    }

    /// <summary>All pages were read.</summary>
    /// <returns>False when it was asked for again meanwhile: that is not done.</returns>
    public Task<bool> DoneAsync(Guid connection, DateTimeOffset requestedAt, int accountsSeen, CancellationToken cancellationToken) =>
        WriteAsync(Done, connection, requestedAt, [new() { Value = accountsSeen }], cancellationToken);

    /// <summary>It failed.</summary>
    /// <returns>False when it was asked for again meanwhile: that did not fail.</returns>
    public Task<bool> FailedAsync(Guid connection, DateTimeOffset requestedAt, DiscoveryFailure failure, CancellationToken cancellationToken) =>
        WriteAsync(
            Failed, connection, requestedAt,
            [
                new() { Value = failure.Message },
                new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)failure.Code ?? DBNull.Value },
                new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)failure.RetryAt?.UtcDateTime ?? DBNull.Value },
            ],
            cancellationToken);

    private async Task<bool> WriteAsync(
        string sql, Guid connection, DateTimeOffset requestedAt, NpgsqlParameter[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = connection });
        command.Parameters.Add(new() { Value = requestedAt.UtcDateTime });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        foreach (var value in values)
            command.Parameters.Add(value);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
