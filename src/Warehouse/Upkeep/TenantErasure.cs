using System.Text.Json;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Upkeep;

/// <summary>What became of a tenant that was due to be erased.</summary>
/// <param name="Erased">Rows by table; null when it could not be erased yet.</param>
/// <param name="Failure">Why it could not; the next round tries again.</param>
public sealed record TenantErasureResult(ErasedTenant? Erased, Exception? Failure);

/// <summary>
/// Erases tenants some time after they were marked deleted, and writes down how much that was beside their slug and id:
/// whoever asks later can be shown that nothing is left. Any host may call it, several at once: one of them works.
/// </summary>
public sealed class TenantErasure(NpgsqlDataSource database, TenantEraser eraser, TimeProvider clock)
{
    private const long AdvisoryLock = 0x4D474552415345; // "MGERASE"

    private const string Due = "select id, slug from tenants where deleted_at <= $1 order by deleted_at, id";

    private const string Audit = """
        insert into audit_log (at, actor, action, target, details) values ($1, 'silo', $2, $3, $4)
        """;

    /// <summary>Erases who is due.</summary>
    /// <param name="grace">How long a tenant stays after it was marked.</param>
    /// <param name="cancellationToken">Breaks off between two batches; the next round goes on.</param>
    public async Task<IReadOnlyList<TenantErasureResult>> RunAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        await using var guard = await database.OpenConnectionAsync(cancellationToken);
        if (!await LockAsync(guard, "select pg_try_advisory_lock($1)", cancellationToken))
            return [];
        try
        {
            var results = new List<TenantErasureResult>();
            foreach (var (tenant, slug) in await DueAsync(guard, grace, cancellationToken))
                results.Add(await EraseAsync(guard, tenant, slug, cancellationToken));
            return results;
        }
        finally
        {
            await LockAsync(guard, "select pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    // One tenant that something still writes to must not keep the others.
    private async Task<TenantErasureResult> EraseAsync(NpgsqlConnection connection, TenantId tenant, string slug, CancellationToken cancellationToken)
    {
        ErasedTenant erased;
        try
        {
            erased = await eraser.EraseAsync(tenant, cancellationToken);
        }
        catch (Exception failure) when (failure is TenantBusyException or PostgresException && !cancellationToken.IsCancellationRequested)
        {
            return new TenantErasureResult(null, failure);
        }

        await using var audit = new NpgsqlCommand(Audit, connection);
        var now = clock.GetUtcNow();
        audit.Parameters.Add(new() { Value = now.UtcDateTime });
        audit.Parameters.Add(new() { Value = TenantGraves.Action });
        audit.Parameters.Add(new() { Value = tenant.ToString() });
        audit.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.Serialize(new { slug, erased_at = now, rows = erased.Rows }) });
        await audit.ExecuteNonQueryAsync(cancellationToken);
        return new TenantErasureResult(erased, null);
    }

    private async Task<List<(TenantId Id, string Slug)>> DueAsync(NpgsqlConnection connection, TimeSpan grace, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Due, connection) { Parameters = { new() { Value = (clock.GetUtcNow() - grace).UtcDateTime } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<(TenantId Id, string Slug)>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add((new TenantId(reader.GetGuid(0)), reader.GetString(1)));
        return tenants;
    }

    private static async Task<bool> LockAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = AdvisoryLock } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
