using MetaGrains.Testing;
using MetaGrains.Warehouse.Migrations;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>What Orleans' AdoNet providers find when they start.</summary>
public sealed class CatalogueTests
{
    [Fact]
    public async Task Orleans_finds_exactly_the_statements_that_it_asks_for()
    {
        await using var orleans = await OrleansStatements.OpenAsync();

        Assert.Equal(OrleansStatements.Supplied.Keys.Order(StringComparer.Ordinal), orleans.Texts.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_statement_names_a_parameter_that_Orleans_does_not_send()
    {
        await using var orleans = await OrleansStatements.OpenAsync();

        foreach (var (key, text) in orleans.Texts)
        {
            var named = System.Text.RegularExpressions.Regex.Matches(text, @"(?<=@)\w+", default, TimeSpan.FromSeconds(1)).Select(match => match.Value).Distinct().ToArray();
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(OrleansStatements.Supplied[key].Contains(name), $"{key} names @{name}, which is not sent with it."));
        }
    }

    [Fact]
    public async Task A_script_that_has_changed_is_applied_again_and_rows_stay()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var migrator = new Migrator(database.Source, TimeProvider.System);
        await database.ExecuteAsync("insert into engine.orleansreminderstable values ('s', 'g', 'r', now(), 1, 2, 3)");
        await database.ExecuteAsync("update engine.orleansquery set querytext = 'other' where querykey = 'ReadReminderRowKey'");
        await database.ExecuteAsync("update engine.scripts set checksum = 'other' where name = '4_reminders'");

        var planned = await migrator.PlanAsync(default);
        var applied = await migrator.ApplyAsync(default);

        Assert.Equal(["4_reminders"], planned.Missing);
        Assert.Equal("outdated", planned.SchemaMode);
        Assert.Equal(["4_reminders"], applied.Missing);
        Assert.Empty((await migrator.PlanAsync(default)).Missing);
        Assert.StartsWith("\nselect", await database.ScalarAsync<string>("select querytext from engine.orleansquery where querykey = 'ReadReminderRowKey'"), StringComparison.Ordinal);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from engine.orleansreminderstable"));
    }

    [Fact]
    public async Task A_role_without_the_right_to_make_tables_can_run_every_statement()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var role = $"r_{Guid.NewGuid():N}";
        await orleans.Database.ExecuteAsync($"""
            create role {role} nologin;
            grant usage on schema engine to {role};
            grant select, insert, update, delete on all tables in schema engine to {role}
            """);

        foreach (var (key, text) in orleans.Texts)
        {
            // A statement's rights are asked for when it is explained, too.
            var typed = OrleansStatements.Supplied[key].Aggregate(text, (sql, name) => sql.Replace($"@{name}", "null", StringComparison.Ordinal));
            await orleans.Database.ExecuteAsync($"begin; set local role {role}; explain {typed.Trim()}; rollback");
        }

        await orleans.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }
}
