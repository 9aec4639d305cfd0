using MetaGrains.Core.Insights;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Migrations;

namespace MetaGrains.Warehouse.Tests;

public sealed class MigratorTests
{
    private static readonly FixedClock March = new(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));

    // 37 months back from 2026-03-31 is 2023-02-28; two ahead is 2026-05-31. Two tables.
    private const int Partitions = 40 * 2;

    [Fact]
    public async Task An_empty_database_gets_every_step_and_every_month_and_a_second_time_nothing()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        var migrator = new Migrator(database.Source, March);

        var first = await migrator.MigrateAsync(default);
        var before = await SchemaAsync(database);
        var second = await migrator.MigrateAsync(default);

        Assert.Equal((0, Migration.All.Count, Partitions), (first.Applied.Count, first.Pending.Count, first.PartitionsMade));
        Assert.Equal((Migration.All.Count, 0, 0), (second.Applied.Count, second.Pending.Count, second.PartitionsMade));
        Assert.Equal(("empty", "extended"), (first.SchemaMode, second.SchemaMode));
        Assert.Equal(before, await SchemaAsync(database));
        Assert.Equal(
            Migration.All.Select(step => $"({step.Version},{step.Name},{step.Checksum})"),
            await database.RowsAsync("select version, name, checksum from schema_migrations order by version"));
        Assert.Equal(March.GetUtcNow().UtcDateTime, await database.ScalarAsync<DateTime>("select min(applied_at) from schema_migrations"));
        foreach (var table in new[] { "meta_insights_daily", "meta_insights_raw" })
        {
            Assert.Equal(
                [$"({table}_2023_02)", $"({table}_2026_05)"],
                await database.RowsAsync("select min(inhrelid::regclass::text) from pg_inherits where inhparent = $1::text::regclass union select max(inhrelid::regclass::text) from pg_inherits where inhparent = $1::text::regclass order by 1", table));
        }
    }

    [Fact]
    public async Task Eight_at_once_on_an_empty_database_apply_each_step_and_make_each_month_once()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var plans = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new Migrator(database.Source, March).MigrateAsync(default))));

        Assert.Single(plans, plan => plan.Pending.Count == Migration.All.Count);
        Assert.Equal(7, plans.Count(plan => plan.Pending.Count == 0));
        Assert.Equal(Partitions, plans.Sum(plan => plan.PartitionsMade));
        Assert.Equal(Migration.All.Count, await database.ScalarAsync<long>("select count(*) from schema_migrations"));
        Assert.Equal(Partitions, await database.ScalarAsync<long>("select count(*) from pg_inherits join pg_class on oid = inhrelid where relkind = 'r'"));
    }

    [Fact]
    public async Task A_plan_for_an_empty_database_lists_every_step_and_changes_nothing()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        var before = await SchemaAsync(database);

        var plan = await new Migrator(database.Source, March).PlanAsync(default);

        Assert.Equal(Migration.All, plan.Pending);
        Assert.Equal("empty", plan.SchemaMode);
        Assert.Equal(before, await SchemaAsync(database));
        Assert.Empty(before);
    }

    [Fact]
    public async Task A_database_that_lacks_the_last_step_is_outdated_and_gets_only_that()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await database.ExecuteAsync("create table schema_migrations (version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)");
        foreach (var step in Migration.All.SkipLast(1))
        {
            await database.ExecuteAsync(step.Sql);
            await database.ExecuteAsync("insert into schema_migrations values ($1, $2, $3, now())", step.Version, step.Name, step.Checksum);
        }

        var migrator = new Migrator(database.Source, March);

        Assert.Equal("outdated", (await migrator.PlanAsync(default)).SchemaMode);
        Assert.Equal([Migration.All[^1]], (await migrator.ApplyAsync(default)).Pending);
        Assert.Equal("extended", (await migrator.PlanAsync(default)).SchemaMode);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_none_of_the_steps_before_it()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await database.ExecuteAsync("create table meta_kpi_daily (in_the_way integer)");
        var before = await SchemaAsync(database);

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => new Migrator(database.Source, March).MigrateAsync(default));

        Assert.Equal(before, await SchemaAsync(database));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("insert into schema_migrations values (9999, '9999_future', 'x', now())");
        var migrator = new Migrator(database.Source, March);

        var refused = await Assert.ThrowsAsync<MigrationException>(() => migrator.MigrateAsync(default));

        Assert.Contains("is at schema 9999", refused.Message, StringComparison.Ordinal);
        Assert.Contains("start the newer program", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MigrationException>(() => migrator.PlanAsync(default));
    }

    [Fact]
    public async Task A_step_that_was_applied_with_other_content_is_refused()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("update schema_migrations set checksum = 'other' where version = 2");

        var refused = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.Source, March).ApplyAsync(default));

        Assert.Contains(Migration.All[1].Name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Months_are_made_once_however_many_ask_at_the_same_time()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            database.ScalarAsync<int>("select ensure_insight_partitions('2026-01-31', '2026-04-01')"))));

        Assert.Equal(8, made.Sum());
        Assert.Equal(0, await database.ScalarAsync<int>("select ensure_insight_partitions('2026-02-01', '2026-03-31')"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_constraint where conname = 'in_month'"));
    }

    [Fact]
    public async Task A_row_of_the_last_day_of_a_month_lies_in_its_month()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync(WarehouseFixture.AdRows(1));

        Assert.Equal(
            ["(meta_insights_daily_2026_02,2026-02-26,2026-02-28)", "(meta_insights_daily_2026_03,2026-03-01,2026-03-04)"],
            await warehouse.Database.RowsAsync("select tableoid::regclass, min(date), max(date) from meta_insights_daily group by 1 order by 2"));
    }

    [Fact]
    public async Task Every_table_and_view_that_people_know_exists()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        string[] names =
        [
            "tenants", "integrations", "integration_secrets", "ad_accounts", "report_definitions", "sync_runs", "sync_cursors", "insights_staging",
            "meta_insights_daily", "meta_insights_raw", "meta_insights_tombstones", "daily_meta_metrics",
            "meta_insights_levels", "meta_insights_account_daily", "meta_insights_campaign_daily", "meta_insights_adset_daily",
            "meta_insights_ad_daily", "fact_meta_daily", "daily_summary", "daily_summary_tenant", "meta_kpi_daily",
        ];

        foreach (var name in names)
            Assert.Equal(0, await database.ScalarAsync<long>($"select count(*) from {name} where false"));
        Assert.Equal("u", await database.ScalarAsync<string>("select relpersistence::text from pg_class where relname = 'insights_staging'"));
    }

    [Fact]
    public async Task The_readers_rights_count_in_every_view()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        const string Views = "select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace";

        Assert.NotEmpty(await database.RowsAsync(Views));
        // PostgreSQL 14 has no such option.
        if (await database.ScalarAsync<int>("select current_setting('server_version_num')::integer") >= 150000)
            Assert.Empty(await database.RowsAsync(Views + " and not coalesce('security_invoker=true' = any (reloptions), false)"));
    }

    [Fact]
    public async Task The_default_reports_in_the_database_are_those_of_the_program()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();

        Assert.Equal(
            InsightsReport.Defaults.Select(report =>
                $"({report.Name},{report.Level.WireName()},\"{string.Join(' ', report.Fields)}\",\"{string.Join(' ', report.AttributionWindows)}\",{{}},[])"),
            await database.RowsAsync("select report, level, array_to_string(fields, ' '), array_to_string(attribution_windows, ' '), breakdowns, filtering from report_definitions where tenant_id is null and breakdowns = '{}' order by position"));
        // Every other one is broken down, and none of them is read every hour.
        Assert.Equal(["({fresh})"], await database.RowsAsync("select distinct jobs from report_definitions where breakdowns <> '{}'"));
        Assert.Equal(
            ["(account_age_gender_daily,account)", "(account_country_daily,account)", "(account_placement_daily,account)"],
            await database.RowsAsync("select report, level from report_definitions where breakdowns <> '{}' and enabled order by position"));
    }

    private static Task<IReadOnlyList<string>> SchemaAsync(TestDatabase database) =>
        database.RowsAsync("select oid, relname, relkind, relfilenode from pg_class where relnamespace = 'public'::regnamespace order by oid");
}
