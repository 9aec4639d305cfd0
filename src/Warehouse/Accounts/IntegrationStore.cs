using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Secrets;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Accounts;

/// <summary>Connections of tenants to Meta, and their sealed tokens.</summary>
public sealed class IntegrationStore(NpgsqlDataSource database, EncryptionKeys keys, TimeProvider clock)
{
    private const string Connect = """
        insert into integrations as i (tenant_id, name, created_at, updated_at) values ($1, $2, $3, $3)
        on conflict (tenant_id, platform, name) do update set status = 'active', updated_at = $3
        returning id
        """;

    // Never earlier than the last listing, whosever clock is ahead: such a request would be taken for done.
    private const string ConnectAndDiscover = """
        insert into integrations as i (tenant_id, name, enable_tier, discovery_requested_at, created_at, updated_at) values ($1, $2, $4, $3, $3, $3)
        on conflict (tenant_id, platform, name) do update set
          status = 'active', enable_tier = $4, discovery_error = null, discovery_error_code = null, updated_at = $3,
          discovery_requested_at = greatest($3, i.discovered_at + interval '1 microsecond')
        returning id
        """;

    private const string Seal = """
        insert into integration_secrets (integration_id, kind, key_id, nonce, ciphertext, updated_at)
        values ($1, 'access_token', $2, $3, $4, $5)
        on conflict (integration_id, kind) do update set
          key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext, updated_at = excluded.updated_at
        """;

    /// <summary>Makes the connection of that name or replaces its token; both in one transaction.</summary>
    /// <returns>The integration's id.</returns>
    public Task<Guid> ConnectAsync(TenantId tenant, string name, AccessToken token, CancellationToken cancellationToken) =>
        ConnectAsync(Connect, tenant, name, token, [], cancellationToken);

    /// <summary>
    /// Makes the connection of that name or replaces its token, and asks for its ad accounts; all in one transaction.
    /// Whoever finds <c>discovery_requested_at</c> lists them.
    /// </summary>
    /// <param name="enableTier">Accounts seen for the first time are enabled in this tier; null: they stay off.</param>
    /// <returns>The integration's id.</returns>
    /// <exception cref="PostgresException">There is no such tier (23503).</exception>
    public Task<Guid> ConnectAndDiscoverAsync(
        TenantId tenant, string name, AccessToken token, string? enableTier, CancellationToken cancellationToken) =>
        ConnectAsync(
            ConnectAndDiscover, tenant, name, token,
            [new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)enableTier ?? DBNull.Value }], cancellationToken);

    private async Task<Guid> ConnectAsync(
        string sql, TenantId tenant, string name, AccessToken token, NpgsqlParameter[] more, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await using var connect = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = tenant.Value }, new() { Value = name }, new() { Value = now } },
        };
        connect.Parameters.AddRange(more);
        var id = (Guid)(await connect.ExecuteScalarAsync(cancellationToken))!;
        var secret = SealedSecret.Seal(token.Reveal(), Place(id), keys);
        await using var seal = new NpgsqlCommand(Seal, connection)
        {
            Parameters =
            {
                new() { Value = id }, new() { Value = secret.KeyId }, new() { Value = secret.Nonce },
                new() { Value = secret.Ciphertext }, new() { Value = now },
            },
        };
        await seal.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>The token of a connection.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was sealed with another key, or damaged.</exception>
    public async Task<AccessToken> TokenAsync(Guid integration, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select key_id, nonce, ciphertext from integration_secrets where integration_id = $1 and kind = 'access_token'");
        command.Parameters.Add(new() { Value = integration });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new InvalidOperationException($"Integration {integration} has no token: connect it again.");
        var secret = new SealedSecret(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2));
        return new AccessToken(secret.Open(Place(integration), keys));
    }

    private static string Place(Guid integration) => $"integration/{integration}/access_token";
}
