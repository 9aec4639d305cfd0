using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>A key as it is listed: never the key itself.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Hint">Its first characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it was revoked; null while it works.</param>
public sealed record ApiKeyRecord(Guid Id, string Name, string Hint, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>Keys of tenants' callers. A key holds 256 random bits, so its plain SHA-256 is enough to keep.</summary>
public sealed class ApiKeyStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>What every key starts with, so that scanners of leaked secrets know it.</summary>
    public const string Prefix = "mgk_";

    private const int HintLength = 8;

    /// <summary>Makes a key.</summary>
    /// <returns>The key's record, and the key: the only time that it can be seen.</returns>
    public async Task<(ApiKeyRecord Record, string Key)> CreateAsync(TenantId tenant, string name, CancellationToken cancellationToken)
    {
        var key = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = Microseconds(clock.GetUtcNow());
        await using var command = database.CreateCommand(
            "insert into api_keys (tenant_id, name, hash, hint, created_at) values ($1, $2, $3, $4, $5) returning id");
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = Hash(key) });
        command.Parameters.Add(new() { Value = key[..HintLength] });
        command.Parameters.Add(new() { Value = now.UtcDateTime });
        var id = (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
        return (new ApiKeyRecord(id, name, key[..HintLength], now, null), key);
    }

    /// <summary>Whose key it is; null when it is unknown, revoked, or its tenant is deleted.</summary>
    public async Task<TenantId?> OwnerAsync(string key, CancellationToken cancellationToken)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        await using var command = database.CreateCommand("""
            select k.tenant_id from api_keys k join tenants t on t.id = k.tenant_id
            where k.hash = $1 and k.revoked_at is null and t.deleted_at is null
            """);
        command.Parameters.Add(new() { Value = Hash(key) });
        return await command.ExecuteScalarAsync(cancellationToken) is Guid tenant ? new TenantId(tenant) : null;
    }

    /// <summary>Revokes a key of a tenant; revoking again changes nothing.</summary>
    /// <returns>False when the tenant has no such key.</returns>
    public async Task<bool> RevokeAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "update api_keys set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and id = $2");
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>All keys of a tenant, oldest first.</summary>
    public Task<IReadOnlyList<ApiKeyRecord>> ListAsync(TenantId tenant, CancellationToken cancellationToken) =>
        ListAsync(tenant, null, int.MaxValue, cancellationToken);

    /// <summary>A page of a tenant's keys, oldest first.</summary>
    /// <param name="after">The key after which the page begins, or null for the first page.</param>
    /// <param name="limit">Most rows.</param>
    public async Task<IReadOnlyList<ApiKeyRecord>> ListAsync(TenantId tenant, RowPlace? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select id, name, hint, created_at, revoked_at from api_keys
            where tenant_id = $1 and ($2 is null or (created_at, id) > ($2, $3))
            order by created_at, id
            limit $4
            """);
        command.Parameters.Add(new() { Value = tenant.Value });
        RowPlace.Bind(command, after);
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ApiKeyRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new ApiKeyRecord(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.Value<DateTimeOffset>(4)));
        }

        return keys;
    }

    // What PostgreSQL keeps of it, so that a key is told with the time it is listed with.
    private static DateTimeOffset Microseconds(DateTimeOffset moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerMicrosecond));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
