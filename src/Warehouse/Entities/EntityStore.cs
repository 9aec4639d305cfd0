using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Entities;

/// <summary>What storing did.</summary>
/// <param name="Written">Objects that are new or differ in anything.</param>
/// <param name="Changed">Objects that are new or differ in what lasts: each has a new version.</param>
public readonly record struct EntityCounts(int Written, int Changed);

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
    public async Task<EntityCounts> StoreAsync(AdAccountKey account, IReadOnlyCollection<EntityRecord> entities, CancellationToken cancellationToken)
    {
        if (entities.Count == 0)
            return default;
        var kind = entities.First().Kind;
        if (entities.Any(entity => entity.Kind != kind) || entities.Select(entity => entity.Id).Distinct(StringComparer.Ordinal).Count() != entities.Count)
            throw new ArgumentException("Entities are stored kind by kind, each once.", nameof(entities));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var guard = Command(EntitySql.Guard, connection, account, kind))
            await guard.ExecuteNonQueryAsync(cancellationToken);

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
    /// back is alive again with the next <see cref="StoreAsync"/>.
    /// </summary>
    /// <returns>How many were marked.</returns>
    public async Task<int> CensusAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var guard = Command(EntitySql.Guard, connection, account, kind))
            await guard.ExecuteNonQueryAsync(cancellationToken);
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
