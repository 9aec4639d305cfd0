using MetaGrains.Engine.Database;
using MetaGrains.Testing;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>A database may have been made by <c>./metagrains migrate</c> or by this engine alone.</summary>
public sealed class SameTablesTests
{
    private const string Columns = """
        select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
        where table_name in ('orleansstorage', 'orleansreminderstable') or table_schema = 'engine' and table_name = 'cluster' order by 1, 2
        """;

    private const string Indexes = """
        select regexp_replace(indexdef, '(public|engine)\.', '') from pg_indexes
        where tablename in ('orleansstorage', 'orleansreminderstable') or schemaname = 'engine' and tablename = 'cluster' order by 1
        """;

    [Fact]
    public async Task The_tables_that_both_engines_use_are_the_same_whoever_made_them()
    {
        await using var migrated = await (await TestPostgres.SharedAsync()).CreateAsync();
        await using var own = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await PostgresSource.EnsureSchemaAsync(own.Source, default);

        Assert.NotEmpty(await own.RowsAsync(Columns));
        Assert.Equal(await migrated.RowsAsync(Columns), await own.RowsAsync(Columns));
        Assert.Equal(await migrated.RowsAsync(Indexes), await own.RowsAsync(Indexes));
    }
}
