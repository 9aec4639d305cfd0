using System.Collections.Immutable;
using Npgsql;

namespace MetaGrains.Warehouse.Tenants;

/// <summary>A table that holds rows of tenants.</summary>
/// <param name="Name">Quoted, with its schema.</param>
/// <param name="Table">Its bare name.</param>
/// <param name="Column">The column that says whose a row is.</param>
internal sealed record TenantTable(string Name, string Table, string Column);

/// <summary>
/// Finds every table that holds rows of tenants, in every schema, by asking the database: a table that somebody adds
/// tomorrow is erased and exported without a word here.
/// </summary>
internal static class TenantTables
{
    // Partitions are reached through their table; detached months stand alone. Whoever is referred to comes last.
    private const string Find = """
        select format('%I.%I', n.nspname, c.relname), c.relname, a.attname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and not a.attisdropped and a.atttypid = 'uuid'::regtype
          and a.attname = case when n.nspname = 'public' and c.relname = 'tenants' then 'id' else 'tenant_id' end
        where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
        order by array_position(array['ad_accounts', 'integrations', 'tenants']::name[], c.relname) nulls first, 1
        """;

    // Grains keep their state and their reminders under keys that name the tenant; the tables of Orleans have its names
    // and stand where the engine's connection looks first.
    private const string FindState = """
        select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where (n.nspname = 'engine' or c.relname in ('orleansstorage', 'orleansreminderstable'))
          and c.relkind in ('r', 'p') and not c.relispartition order by 1
        """;

    public static async Task<ImmutableArray<TenantTable>> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Find, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tables = ImmutableArray.CreateBuilder<TenantTable>();
        while (await reader.ReadAsync(cancellationToken))
            tables.Add(new TenantTable(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return tables.ToImmutable();
    }

    public static async Task<ImmutableArray<string>> FindStateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindState, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tables = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(cancellationToken))
            tables.Add(reader.GetString(0));
        return tables.ToImmutable();
    }
}
