using System.Globalization;
using MetaGrains.GraphSimulator.Recorded;
using MetaGrains.Testing;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class RecordedAccountTests
{
    private const string Account = "act_361744628296290";
    private const string Fields = "fields=campaign_id,campaign_name,adset_id,adset_name,ad_id,impressions,clicks,spend,reach,actions&time_increment=1&limit=100&date_preset=last_28d";

    [RecordedDataFact]
    public async Task The_ads_are_the_totals_of_the_recording()
    {
        await using var graph = await StartAsync();
        var rows = await graph.RowsAsync($"{Account}/insights?level=ad&{Fields}");
        Assert.Equal(550, rows.Count);
        Assert.Equal(2406.19m, rows.Sum("spend"));
        Assert.Equal(109330, rows.Sum("impressions"));
        Assert.Equal(1158, rows.Sum("clicks"));
        var truth = graph.Server.Truth(Account, new DateOnly(2026, 2, 6), new DateOnly(2026, 3, 5));
        Assert.Equal(new AccountTruth(550, 28, 2406.19m, 109330, 1158), truth);
    }

    [RecordedDataFact]
    public async Task The_account_is_the_sum_of_its_ads_and_shows_no_reach()
    {
        await using var graph = await StartAsync();
        var rows = await graph.RowsAsync($"{Account}/insights?level=account&{Fields}");
        Assert.Equal(28, rows.Count);
        Assert.Equal(2406.19m, rows.Sum("spend"));
        Assert.All(rows, row => Assert.False(row.TryGetProperty("reach", out _)));
    }

    // The two files are answers of their own that Meta gave; nothing but reach is read from them.
    [RecordedDataFact]
    public async Task The_ad_sets_are_what_Meta_answered_for_them() => await Compare("adset", "adset_id", "query_39_insights.csv", 222);

    [RecordedDataFact]
    public async Task The_campaigns_are_what_Meta_answered_for_them() => await Compare("campaign", "campaign_id", "query_81_insights.csv", 86);

    [RecordedDataFact]
    public async Task The_actions_are_those_of_the_recording()
    {
        await using var graph = await StartAsync();
        var lines = RecordedTable.Read(RepositoryRoot.RecordedAccount, "query_22_insights.csv", "ads_action_name").Lines.Where(line => line.Text("ads_action_name").Length > 0).ToList();
        var expected = lines.GroupBy(line => line.Text("action_type")).ToDictionary(group => group.Key, group => group.Sum(line => (decimal)line.Count("value")));
        foreach (var level in new[] { "ad", "adset", "campaign", "account" })
            Assert.Equal(expected, (await graph.RowsAsync($"{Account}/insights?level={level}&{Fields}")).Actions());
        var rows = await graph.RowsAsync($"{Account}/insights?level=ad&{Fields}");
        Assert.Equal(lines.Select(line => (line.Text("ad_id"), line.Text("date_start"))).Distinct().Count(), rows.Count(row => row.TryGetProperty("actions", out _)));
    }

    [RecordedDataFact]
    public async Task Attribution_settings_are_those_of_the_ad_sets_and_multiple_above_them()
    {
        await using var graph = await StartAsync();
        var rows = await graph.RowsAsync($"{Account}/insights?level=ad&fields=attribution_setting&date_preset=last_28d&limit=100");
        Assert.Equal(["1d_view_7d_click_1d_ev", "7d_click"], rows.Select(row => row.Text("attribution_setting")).Distinct().Order());
        Assert.Equal("multiple", (await graph.RowsAsync($"{Account}/insights?fields=attribution_setting")).Single().Text("attribution_setting"));
    }

    [RecordedDataFact]
    public async Task The_entities_are_those_of_the_recording()
    {
        await using var graph = await StartAsync();
        var account = (await graph.RowsAsync("me/adaccounts?fields=name,currency,timezone_name,business")).Single();
        Assert.Equal(("Keboola G+S", "EUR", "Europe/Prague"), (account.Text("name"), account.Text("currency"), account.Text("timezone_name")));
        Assert.Equal(58, (await graph.RowsAsync($"{Account}/campaigns?fields=name,objective,effective_status")).Count);
        Assert.Equal(113, (await graph.RowsAsync($"{Account}/adsets?fields=name,campaign_id&limit=10")).Count);
        var ads = await graph.RowsAsync($"{Account}/ads?fields=name,adset_id,campaign_id,effective_status,created_time");
        Assert.Equal(281, ads.Count);
        Assert.Equal(281, ads.Select(ad => ad.Text("id")).Distinct().Count());
        var quoted = await graph.GetAsync("23847928692180603?fields=name");
        Assert.StartsWith("Webinar Ad: \"What's latest in Keboola?\"", quoted.Text("name"), StringComparison.Ordinal);
    }

    [RecordedDataFact]
    public async Task The_inner_folder_is_accepted_too_and_breakdowns_are_refused()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { DataDirectory = RepositoryRoot.RecordedAccount });
        Assert.Equal([Account], graph.Server.AccountIds);
        var (status, error) = await graph.FailAsync($"{Account}/insights?breakdowns=age");
        Assert.Equal((400, 100), (status, error.GetProperty("code").GetInt32()));
        Assert.Contains("recording has no breakdowns", error.Text("message"), StringComparison.Ordinal);
    }

    [RecordedDataFact]
    public async Task The_recorded_account_can_be_restated()
    {
        await using var graph = await StartAsync();
        var day = new DateOnly(2026, 3, 1);
        var ad = (await graph.RowsAsync($"{Account}/insights?level=ad&fields=ad_id&{RowReading.Range("2026-03-01", "2026-03-01")}"))[0].Text("ad_id");
        var before = graph.Server.Truth(Account, day, day);
        graph.Server.Restate(Account, ad, day, 0.01m);
        Assert.Equal(before.Spend + 0.01m, graph.Server.Truth(Account, day, day).Spend);
    }

    private static async Task<GraphCaller> StartAsync()
    {
        var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { DataDirectory = RepositoryRoot.RecordedData });
        Assert.Equal(new DateOnly(2026, 3, 6), DateOnly.FromDateTime(graph.Server.Clock.GetUtcNow().UtcDateTime));
        return graph;
    }

    private static async Task Compare(string level, string key, string file, int count)
    {
        await using var graph = await StartAsync();
        var answered = RecordedTable.Read(RepositoryRoot.RecordedAccount, file, key).Lines;
        var rows = (await graph.RowsAsync($"{Account}/insights?level={level}&{Fields}")).ToDictionary(row => (row.Text(key), row.Text("date_start")));
        Assert.Equal(count, rows.Count);
        Assert.Equal(count, answered.Count);
        foreach (var line in answered)
        {
            var row = rows[(line.Text(key), line.Text("date_start"))];
            foreach (var same in new[] { "impressions", "clicks", "reach", "campaign_id", "campaign_name" })
                Assert.Equal(line.Text(same), row.Text(same));
            Assert.Equal(decimal.Parse(line.Text("spend"), CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture), row.Text("spend"));
        }
    }
}
