using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>A connection as callers see it: a row of <c>integrations</c>, never its token.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="State"><c>integrations.status</c>.</param>
/// <param name="Accounts">Ad accounts that it reaches.</param>
/// <param name="Error">Why the last listing failed, or null.</param>
/// <param name="ErrorCode">Meta's code of it, or null.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="DiscoveryRequestedAt">When its accounts were last asked for.</param>
/// <param name="DiscoveredAt">When they were last listed to the end.</param>
public sealed record ConnectionRecord(
    Guid Id, string Name, string State, long Accounts, string? Error, int? ErrorCode,
    DateTimeOffset CreatedAt, DateTimeOffset? DiscoveryRequestedAt, DateTimeOffset? DiscoveredAt)
{
    /// <summary><c>discovering</c>, <c>active</c>, <c>failed</c>, <c>expired</c>, <c>revoked</c> or <c>disabled</c>.</summary>
    public string Status =>
        State != "active" ? State
        : Error is not null ? "failed"
        : DiscoveryRequestedAt is { } asked && (DiscoveredAt is not { } done || asked > done) ? "discovering"
        : "active";
}

/// <summary>Lists, refreshes and removes connections for callers. Tokens are the business of <see cref="Accounts.IntegrationStore"/>.</summary>
public sealed class ConnectionDirectory(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Select = """
        select i.id, i.name, i.status,
               (select count(*) from ad_accounts a where a.tenant_id = i.tenant_id and a.integration_id = i.id),
               i.discovery_error, i.discovery_error_code, i.created_at, i.discovery_requested_at, i.discovered_at
        from integrations i
        where i.tenant_id = $1

        """;

    // Never earlier than the last listing, whosever clock is ahead: such a request would be taken for done.
    private const string Discover = """
        update integrations set discovery_error = null, discovery_error_code = null, updated_at = $3,
          discovery_requested_at = greatest($3, discovered_at + interval '1 microsecond')
        where tenant_id = $1 and id = $2
        """;

    /// <summary>One connection of a tenant.</summary>
    public async Task<ConnectionRecord?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(Select + "and i.id = $2", tenant);
        command.Parameters.Add(new() { Value = id });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>A page of a tenant's connections, oldest first.</summary>
    /// <param name="after">The connection after which the page begins, or null for the first page.</param>
    /// <param name="limit">Most rows.</param>
    public async Task<IReadOnlyList<ConnectionRecord>> ListAsync(TenantId tenant, RowPlace? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            Select + "and ($2 is null or (i.created_at, i.id) > ($2, $3)) order by i.created_at, i.id limit $4", tenant);
        RowPlace.Bind(command, after);
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Asks for its ad accounts again.</summary>
    /// <returns>False when there is no such connection.</returns>
    public async Task<bool> DiscoverAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(Discover, tenant);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Removes it: its token is erased, and its accounts are not connected any more.</summary>
    /// <returns>False when there is no such connection.</returns>
    public async Task<bool> DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command("delete from integrations where tenant_id = $1 and id = $2", tenant);
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private NpgsqlCommand Command(string sql, TenantId tenant)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = tenant.Value });
        return command;
    }

    private static async Task<List<ConnectionRecord>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var connections = new List<ConnectionRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            connections.Add(new ConnectionRecord(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.Line(4), reader.Value<int>(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.Value<DateTimeOffset>(7), reader.Value<DateTimeOffset>(8)));
        }

        return connections;
    }
}
