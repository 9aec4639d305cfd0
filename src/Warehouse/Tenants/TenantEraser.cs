using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Tenants;

/// <summary>What was erased of a tenant.</summary>
/// <param name="Rows">Rows by table, with its schema; only tables that had some.</param>
public sealed record ErasedTenant(IReadOnlyDictionary<string, long> Rows);

/// <summary>Something wrote rows of the tenant while it was erased: erase it again.</summary>
/// <param name="erased">What was erased even so.</param>
/// <param name="tables">Tables that have rows again.</param>
public sealed class TenantBusyException(ErasedTenant erased, IReadOnlyList<string> tables)
    : Exception($"Rows were written while the tenant was erased: {string.Join(", ", tables)}. Erase it again.")
{
    /// <summary>What was erased even so.</summary>
    public ErasedTenant Erased => erased;
}

/// <summary>
/// Erases one tenant: every row of every table, staged and retired ones and the state of its grains, too. Works in
/// batches, so that a large tenant blocks nobody; broken off at any point, it is simply called again.
/// </summary>
public sealed class TenantEraser(NpgsqlDataSource database, TimeProvider clock)
{
    private const int Batch = 50_000;

    // A table without an index on the tenant is looked through as a whole.
    private const int StatementSeconds = 600;

    // No run may publish from here on, not even one that is about to commit.
    private const string Stop = """
        with stopped as (update tenants set deleted_at = coalesce(deleted_at, $2), updated_at = $2 where id = $1 returning id)
        update sync_cursors set run_epoch = run_epoch + 1, updated_at = $2 where tenant_id = (select id from stopped)
        """;

    private const string Staged = """
        delete from insights_staging where ctid = any (array(
          select s.ctid from insights_staging s join sync_runs r on r.run_id = s.run_id where r.tenant_id = $1 limit 50000))
        """;

    /// <summary>Erases a tenant for good.</summary>
    /// <exception cref="TenantBusyException">Something wrote rows of the tenant meanwhile: call it again.</exception>
    public async Task<ErasedTenant> EraseAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, Stop, cancellationToken, tenant.Value, clock.GetUtcNow().UtcDateTime);
        var erased = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await EraseAsync("public.insights_staging", Staged, tenant.Value);
        foreach (var table in await TenantTables.FindAsync(connection, cancellationToken))
        {
            await EraseAsync(table.Name, $"""
                delete from {table.Name} where (tableoid, ctid) in (select tableoid, ctid from {table.Name} where {table.Column} = $1 limit {Batch})
                """, tenant.Value);
        }

        foreach (var state in await TenantTables.FindStateAsync(connection, cancellationToken))
            await EraseAsync(state, $"delete from {state} as t where strpos(t::text, $1) > 0", tenant.ToString());
        if (await RemainingAsync(connection, tenant, cancellationToken) is { Count: > 0 } left)
            throw new TenantBusyException(new ErasedTenant(erased), left);
        return new ErasedTenant(erased);

        async Task EraseAsync(string table, string sql, object key)
        {
            long rows = 0;
            for (int removed; (removed = await ExecuteAsync(connection, sql, cancellationToken, key)) > 0; rows += removed)
                cancellationToken.ThrowIfCancellationRequested();
            if (rows > 0)
                erased[table] = rows;
        }
    }

    private static async Task<IReadOnlyList<string>> RemainingAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var table in await TenantTables.FindAsync(connection, cancellationToken))
        {
            await using var command = new NpgsqlCommand($"select exists (select from {table.Name} where {table.Column} = $1)", connection) { CommandTimeout = StatementSeconds };
            command.Parameters.Add(new() { Value = tenant.Value });
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                left.Add(table.Name);
        }

        return left;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = StatementSeconds };
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
