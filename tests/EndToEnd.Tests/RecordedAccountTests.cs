using MetaGrains.Testing;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>The real account goes in by the command line; SQL must say what the recording says.</summary>
public sealed class RecordedAccountTests
{
    private const string Account = "act_361744628296290";

    [RecordedDataFact]
    public async Task The_demo_leaves_the_truth_of_the_recording_in_sql_at_every_level()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var demo = await DemoAsync(database);

        Assert.Equal(0, demo.ExitCode);
        Assert.Equal((550, 2406.19m, 2406.19m, true), (
            demo.Json.GetProperty("rows").GetInt32(), demo.Json.GetProperty("spend_graph").GetDecimal(),
            demo.Json.GetProperty("spend_sql").GetDecimal(), demo.Json.GetProperty("match").GetBoolean()));
        Assert.Equal(
            ["(account,28,2406.19,109330,1158)", "(ad,550,2406.19,109330,1158)", "(adset,222,2406.19,109330,1158)", "(campaign,86,2406.19,109330,1158)"],
            await database.RowsAsync("select level, count(*), sum(spend), sum(impressions), sum(clicks) from meta_insights_levels group by level order by level"));
        Assert.Equal(
            ["(28,2406.19,109330,1158)"],
            await database.RowsAsync("select count(*), sum(spend), sum(impressions), sum(clicks) from daily_summary"));
    }

    /// <summary>
    /// The simulator adds the ads up; the recording holds Meta's own answers at the upper levels. Each row of those must
    /// stand in SQL, with its reach, and no other.
    /// </summary>
    [RecordedDataFact]
    public async Task Ad_set_and_campaign_rows_equal_metas_own_answers_row_by_row()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await DemoAsync(database);

        foreach (var (level, id, file) in new[] { ("ad", "ad_id", "query_36_insights.csv"), ("adset", "adset_id", "query_39_insights.csv"), ("campaign", "campaign_id", "query_81_insights.csv") })
        {
            var recorded = Csv.Read(Path.Combine(RepositoryRoot.RecordedAccount, file))
                .Select(row => $"({row[id]},{row["campaign_id"]},{row["date_start"]},{decimal.Parse(row["spend"]):0.##},{row["impressions"]},{row["clicks"]},{row["reach"]})")
                .Order(StringComparer.Ordinal);
            var stored = await database.RowsAsync(
                $"select entity_id, campaign_id, date, trim_scale(spend), impressions, clicks, reach from meta_insights_levels where level = '{level}'");
            Assert.Equal(recorded, stored.Order(StringComparer.Ordinal));
        }
    }

    [RecordedDataFact]
    public async Task Running_the_demo_again_changes_no_row()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await DemoAsync(database);
        var before = await SnapshotAsync(database);

        var again = await DemoAsync(database);

        Assert.Equal((0, 0, 886), (
            again.Json.GetProperty("rows_inserted").GetInt32(), again.Json.GetProperty("rows_changed").GetInt32(), again.Json.GetProperty("rows_unchanged").GetInt32()));
        Assert.Equal(886 + 886 + 28, before.Count);
        Assert.Equal(before, await SnapshotAsync(database));
    }

    [RecordedDataFact]
    public async Task The_queries_that_people_verify_a_backfill_with_answer()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await DemoAsync(database);
        var tenant = await database.ScalarAsync<Guid>("select id from tenants");

        var newest = await database.RowsAsync(
            $"""
            select date, level, action_report_time, attribution_window, breakdowns
            from meta_insights_daily
            where tenant_id = '{tenant}' and ad_account_id = '{Account}'
            order by date desc
            limit 20
            """);
        var levels = await database.RowsAsync(
            $"""
            select count(*) as rows, min(date) as first_date, max(date) as last_date
            from meta_insights_levels
            where tenant_id = '{tenant}' and ad_account_id = '{Account}'
            """);

        Assert.Equal(20, newest.Count);
        Assert.StartsWith("(2026-03-05,", newest[0], StringComparison.Ordinal);
        Assert.Equal(["(886,2026-02-06,2026-03-05)"], levels);
    }

    private static async Task<CliResult> DemoAsync(TestDatabase database)
    {
        var result = await CliProcess.RunAsync(
            RepositoryRoot.Path,
            new Dictionary<string, string?> { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = new string('a', 64) },
            "demo", "--in-process", "--data", RepositoryRoot.RecordedData!, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private static async Task<IReadOnlyList<string>> SnapshotAsync(TestDatabase database) =>
    [
        .. await database.RowsAsync("select 'fact', xmin, ctid, * from meta_insights_daily order by row_key"),
        .. await database.RowsAsync("select 'raw', xmin, ctid, row_key from meta_insights_raw order by row_key"),
        .. await database.RowsAsync("select 'daily', xmin, ctid, * from daily_meta_metrics order by date"),
    ];
}
