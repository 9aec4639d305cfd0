using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Entities;

/// <summary>Campaigns, ad sets, ads and creatives: what they are now, how they were, and which are gone.</summary>
public sealed class EntityStore(NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Columns = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Stores objects of one kind as they were read; an object that is as before is not written.</summary>
    /// <exception cref="ArgumentException">They are of several kinds, or one comes twice.</exception>
    public Task<EntityCounts> StoreAsync(AdAccountKey account, IReadOnlyCollection<EntityRecord> entities, CancellationToken cancellationToken) =>
        StoreAsync(account, pen: null, entities, cancellationToken);

    /// <summary>The same for a run, as long as it holds the pen.</summary>
    /// <exception cref="StaleRunException">Another run holds it.</exception>
    public Task<EntityCounts> StoreAsync(SyncRun run, IReadOnlyCollection<EntityRecord> entities, CancellationToken cancellationToken) =>
        StoreAsync(run.Account, run, entities, cancellationToken);

    private async Task<EntityCounts> StoreAsync(AdAccountKey account, SyncRun? pen, IReadOnlyCollection<EntityRecord> entities, CancellationToken cancellationToken)
    {
        if (entities.Count == 0)
            return default;
        var kind = entities.First().Kind;
        if (entities.Any(entity => entity.Kind != kind) || entities.Select(entity => entity.Id).Distinct(StringComparer.Ordinal).Count() != entities.Count)
            throw new ArgumentException("Entities are stored kind by kind, each once.", nameof(entities));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await EnterAsync(connection, account, pen, cancellationToken);
        await using var versions = Command(EntitySql.Versions, connection, account, kind);
        versions.Parameters.AddWithValue("ids", entities.Select(entity => entity.Id).ToArray());
        versions.Parameters.AddWithValue("contents", NpgsqlDbType.Array | NpgsqlDbType.Jsonb, entities.Select(entity => entity.Content).ToArray());
        versions.Parameters.AddWithValue("hashes", entities.Select(entity => entity.ContentHash).ToArray());
        var changed = await versions.ExecuteNonQueryAsync(cancellationToken);

        await using var current = Command(EntitySql.Current(kind), connection, account, kind);
        current.Parameters.AddWithValue("entities", NpgsqlDbType.Jsonb, "[" + string.Join(',', entities.Select(entity => JsonSerializer.Serialize(entity, entity.GetType(), Columns))) + "]");
        var written = await current.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EntityCounts(written, changed);
    }

    /// <summary>
    /// Marks what a complete list of all ids does not name, archived ones included: it was deleted at Meta. What comes
    /// back is alive again with the next reading that stores it.
    /// </summary>
    /// <returns>How many were marked.</returns>
    public Task<int> CensusAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        CensusAsync(account, pen: null, kind, ids, cancellationToken);

    /// <summary>The same for a run, as long as it holds the pen.</summary>
    /// <exception cref="StaleRunException">Another run holds it.</exception>
    public Task<int> CensusAsync(SyncRun run, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        CensusAsync(run.Account, run, kind, ids, cancellationToken);

    /// <summary>Compares a list of ids with what is held and alive.</summary>
    public async Task<EntityRoll> CompareAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var compare = Command(EntitySql.Compare(kind), connection, account, kind);
        compare.Parameters.AddWithValue("ids", ids.ToArray());
        await using var reader = await compare.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new EntityRoll(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Which of some ids are not held alive.</summary>
    public async Task<IReadOnlyList<string>> UnknownAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var unknown = Command(EntitySql.Unknown(kind), connection, account, kind);
        unknown.Parameters.AddWithValue("ids", ids.ToArray());
        await using var reader = await unknown.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0));
        return found;
    }

    private async Task<int> CensusAsync(AdAccountKey account, SyncRun? pen, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await EnterAsync(connection, account, pen, cancellationToken);
        await using var census = Command(EntitySql.Census(kind), connection, account, kind);
        census.Parameters.AddWithValue("ids", ids.ToArray());
        var gone = (int)(long)(await census.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return gone;
    }

    /// <summary>Notes that a kind was read to its end: <c>data_freshness</c>.</summary>
    public async Task MarkFreshAsync(AdAccountKey account, EntityKind kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var mark = Command(EntitySql.Freshness, connection, account, kind);
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How far a kind was read.</summary>
    public async Task<EntityMark> MarkOfAsync(AdAccountKey account, EntityKind kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(EntitySql.MarkOf, connection, account, kind);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new EntityMark(reader.Value<DateTimeOffset>(0), reader.Value<DateTimeOffset>(1)) : default;
    }

    /// <summary>Notes how far a kind was read, for the next reading and in <c>data_freshness</c>.</summary>
    /// <exception cref="StaleRunException">Another run holds the pen.</exception>
    public async Task MarkAsync(SyncRun run, EntityKind kind, EntityMark mark, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await EnterAsync(connection, run.Account, run, cancellationToken);
        await using var command = Command(EntitySql.Mark, connection, run.Account, kind);
        command.Parameters.Add(new NpgsqlParameter("until", NpgsqlDbType.TimestampTz) { Value = (object?)mark.ChangesUntil?.UtcDateTime ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("listed", NpgsqlDbType.TimestampTz) { Value = (object?)mark.ListedAt?.UtcDateTime ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var fresh = Command(EntitySql.Freshness, connection, run.Account, kind);
        await fresh.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // One writer of an account at a time; one that writes for a run keeps a later run from starting until it has committed.
    private async Task EnterAsync(NpgsqlConnection connection, AdAccountKey account, SyncRun? pen, CancellationToken cancellationToken)
    {
        if (pen is { } run)
        {
            await using var fence = Command(EntitySql.Fence, connection, account, default);
            fence.Parameters.AddWithValue("job", run.Job);
            if (await fence.ExecuteScalarAsync(cancellationToken) is not long epoch || epoch != run.Epoch)
                throw new StaleRunException($"Run {run.Id} of {account.Account} was overtaken: a later run of {run.Job} has started.");
        }

        await using var guard = Command(EntitySql.Guard, connection, account, default);
        await guard.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, NpgsqlConnection connection, AdAccountKey account, EntityKind kind)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("tenant", account.Tenant.Value);
        command.Parameters.AddWithValue("account", account.Account.ToString());
        if (sql.Contains("@kind", StringComparison.Ordinal))
            command.Parameters.AddWithValue("kind", kind.WireName());
        if (sql.Contains("@now", StringComparison.Ordinal))
            command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        return command;
    }
}
