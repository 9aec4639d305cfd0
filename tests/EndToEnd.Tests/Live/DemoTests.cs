using MetaGrains.Testing;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>The command that the README begins with: simulator, silo and API as processes of their own, everything over REST and grains.</summary>
public sealed class DemoTests
{
    [RecordedDataFact]
    public async Task The_recorded_account_through_grains_leaves_the_truth_of_the_recording_in_sql_and_again_changes_no_row_of_it()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var demo = await RunAsync(database, "--data", RepositoryRoot.RecordedData!);

        Assert.Equal((550, 2406.19m, 2406.19m, true, 0), (
            demo.Json.GetProperty("rows").GetInt32(), demo.Json.GetProperty("spend_graph").GetDecimal(),
            demo.Json.GetProperty("spend_sql").GetDecimal(), demo.Json.GetProperty("match").GetBoolean(), demo.Json.GetProperty("throttled").GetInt32()));
        const string levels = """
            select level, count(*), sum(spend), sum(impressions), sum(clicks), max(xmin::text::bigint)
            from meta_insights_daily where report in ('account_daily', 'campaign_daily', 'adset_daily', 'ad_daily') group by level order by level
            """;
        var rows = await database.RowsAsync(levels);
        Assert.Equal(["(account,28,2406.19,109330,1158", "(ad,550,2406.19,109330,1158", "(adset,222,2406.19,109330,1158", "(campaign,86,2406.19,109330,1158"],
            rows.Select(row => row[..row.LastIndexOf(',')]));

        var again = await RunAsync(database, "--data", RepositoryRoot.RecordedData!);

        Assert.Equal((0, 0, 886), (
            again.Json.GetProperty("rows_inserted").GetInt32(), again.Json.GetProperty("rows_changed").GetInt32(), again.Json.GetProperty("rows_unchanged").GetInt32()));
        Assert.Equal(rows, await database.RowsAsync(levels));
    }

    [Fact]
    public async Task Several_accounts_are_synced_by_their_grains_and_nothing_is_left_running()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var demo = await RunAsync(database, "--accounts", "4");

        Assert.Equal((4, true), (demo.Json.GetProperty("accounts").GetInt32(), demo.Json.GetProperty("match").GetBoolean()));
        Assert.Equal(4, await database.ScalarAsync<long>("select count(distinct ad_account_id) from sync_runs where trigger = 'api' and status = 'succeeded'"));
        Assert.Equal(4, await database.ScalarAsync<long>("select count(*) from account_schedule where health = 'active' and next_due_at is not null"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from engine.living_silos('metagrains')"));
    }

    private static async Task<CliResult> RunAsync(TestDatabase database, params string[] arguments)
    {
        var result = await CliProcess.RunAsync(
            RepositoryRoot.Path,
            new Dictionary<string, string?> { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = new string('a', 64) },
            ["demo", .. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
