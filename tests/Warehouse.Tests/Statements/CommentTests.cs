using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Statements;

public sealed class CommentTests
{
    private const string Columns = """
        select c.relname, a.attname, col_description(c.oid, a.attnum) as words
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
        """;

    [Fact]
    public async Task Every_column_of_every_table_and_view_says_what_it_means()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();

        Assert.NotEmpty(await database.RowsAsync(Columns));
        Assert.Empty(await database.RowsAsync($"select relname, attname from ({Columns}) c where words is null or length(words) < 5"));
        Assert.Empty(await database.RowsAsync("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition and obj_description(oid) is null"));
        Assert.Empty(await database.RowsAsync("select oid::regprocedure from pg_proc where pronamespace = 'public'::regnamespace and obj_description(oid) is null and prorettype <> 'trigger'::regtype"));
    }

    [Fact]
    public async Task Every_amount_names_its_currency_or_its_unit()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();

        Assert.Empty(await database.RowsAsync($"""
            select relname, attname, words from ({Columns}) c
            where attname ~ '(spend|budget|revenue|value|cost|cpc|cpm|cpa|bid_amount|spend_cap)' and attname !~ '(mode|calls|version|old_value|new_value)'
              and relname <> 'webhook_inbox' and words !~* '(currenc|minor|per unit spent)'
            """));
    }
}
