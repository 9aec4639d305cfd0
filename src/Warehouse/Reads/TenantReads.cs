using System.Data;
using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>Opens snapshots of a tenant's rows for readers outside.</summary>
public sealed class TenantReads(NpgsqlDataSource database)
{
    // One process of the server per reader: a few long answers must not take all of its cores from those who publish.
    private const string Settings = """
        set transaction read only;
        select set_config('statement_timeout', @longest, true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
        """;

    /// <summary>Everything read through one snapshot is of one moment, whatever is published meanwhile; nothing can be written.</summary>
    /// <param name="tenant">Whose rows.</param>
    /// <param name="longest">After which a statement is cancelled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TenantSnapshot> OpenAsync(TenantId tenant, TimeSpan longest, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var settings = new NpgsqlCommand(Settings, connection);
            settings.Parameters.AddWithValue("longest", $"{(long)longest.TotalMilliseconds}");
            await settings.ExecuteNonQueryAsync(cancellationToken);
            return new TenantSnapshot(connection, transaction, tenant, longest);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A tenant's rows at one moment. One query at a time.</summary>
public sealed class TenantSnapshot : IAsyncDisposable
{
    // The server's own limit comes first; this one is for a server that does not answer at all.
    private const int GraceSeconds = 10;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly TenantId _tenant;
    private readonly TimeSpan _longest;

    internal TenantSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, TimeSpan longest) =>
        (_connection, _transaction, _tenant, _longest) = (connection, transaction, tenant, longest);

    /// <summary>Begins to read; rows come as they are read, none is kept.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="limit">Most rows; null for all.</param>
    /// <param name="after">The place after which it begins; null for the beginning.</param>
    /// <param name="cancellationToken">Cancels the query, in the server, too.</param>
    public async Task<TenantRows> ReadAsync(TenantQuery query, int? limit, ReadPlace? after, CancellationToken cancellationToken)
    {
        var command = query.Command(_connection, _tenant, limit, after);
        command.CommandTimeout = (int)_longest.TotalSeconds + GraceSeconds;
        try
        {
            return new TenantRows(command, await command.ExecuteReaderAsync(cancellationToken), query);
        }
        catch
        {
            await command.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
