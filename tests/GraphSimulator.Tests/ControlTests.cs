using System.Net.Http.Json;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class ControlTests
{
    private static readonly DateOnly Day = new(2026, 3, 4);
    private static readonly string Range = RowReading.Range("2026-03-04", "2026-03-04");

    [Fact]
    public async Task A_restated_day_reads_otherwise_at_every_level_and_in_the_truth()
    {
        await using var graph = await GraphCaller.StartAsync();
        var before = graph.Server.Truth(graph.FirstAccount, Day, Day);
        var row = (await Rows(graph, "ad"))[0];
        graph.Server.Restate(graph.FirstAccount, row.Text("ad_id"), Day, 12.34m, impressionsDelta: 100, clicksDelta: 3);
        var restated = (await Rows(graph, "ad"))[0];
        Assert.Equal(row.Number("spend") + 12.34m, restated.Number("spend"));
        Assert.Equal(row.Number("impressions") + 100, restated.Number("impressions"));
        Assert.Equal(row.Number("clicks") + 3, restated.Number("clicks"));
        var truth = graph.Server.Truth(graph.FirstAccount, Day, Day);
        Assert.Equal(before with { Spend = before.Spend + 12.34m, Impressions = before.Impressions + 100, Clicks = before.Clicks + 3 }, truth);
        foreach (var level in new[] { "adset", "campaign", "account" })
            Assert.Equal(truth.Spend, (await Rows(graph, level)).Sum("spend"));
        foreach (var breakdown in new[] { "age", "country" })
            Assert.Equal(truth.Spend, (await Rows(graph, "ad", $"&breakdowns={breakdown}")).Sum("spend"));
    }

    [Fact]
    public async Task A_removed_day_has_no_row_and_can_be_given_a_new_one()
    {
        await using var graph = await GraphCaller.StartAsync();
        var rows = await Rows(graph, "ad");
        var ad = rows[0].Text("ad_id");
        graph.Server.Remove(graph.FirstAccount, ad, Day);
        Assert.Equal(rows.Skip(1).Select(row => row.GetRawText()), (await Rows(graph, "ad")).Select(row => row.GetRawText()));
        Assert.Equal(rows.Count - 1, graph.Server.Truth(graph.FirstAccount, Day, Day).Rows);
        graph.Server.Restate(graph.FirstAccount, ad, Day, 1.5m);
        var back = (await Rows(graph, "ad"))[0];
        Assert.Equal(("1.5", "0"), (back.Text("spend"), back.Text("impressions")));
        Assert.Equal(1.5m, (await Rows(graph, "ad", "&breakdowns=age,gender")).Where(row => row.Text("ad_id") == ad).Sum("spend"));
    }

    [Fact]
    public async Task A_restatement_that_makes_no_sense_is_refused()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ad = (await Rows(graph, "ad"))[0].Text("ad_id");
        Assert.Throws<ArgumentException>(() => graph.Server.Restate(graph.FirstAccount, ad, Day, -1_000_000));
        Assert.Throws<ArgumentException>(() => graph.Server.Restate(graph.FirstAccount, ad, Day, 0.001m));
        Assert.Throws<ArgumentException>(() => graph.Server.Restate(graph.FirstAccount, "1", Day, 1));
        Assert.Throws<ArgumentException>(() => graph.Server.Restate("act_1", ad, Day, 1));
        Assert.Throws<ArgumentException>(() => graph.Server.Remove("nonsense", ad, Day));
        Assert.Throws<ArgumentException>(() => graph.Server.Truth(graph.FirstAccount, Day, Day.AddDays(-1)));
    }

    [Fact]
    public async Task Truth_restate_and_remove_work_over_http()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ad = (await Rows(graph, "ad"))[0].Text("ad_id");
        var truth = graph.Server.Truth(graph.FirstAccount, Day, Day);
        var call = $"_sim/truth?account={graph.FirstAccount}&since=2026-03-04&until=2026-03-04";
        Assert.Equal(truth.Spend, (await Control(graph, call)).GetProperty("spend").GetDecimal());
        var restated = await Post("_sim/restate", new { account = graph.FirstAccount, ad_id = ad, date = "2026-03-04", spend_delta = 2.5m, clicks_delta = 1 });
        Assert.Equal(truth.Spend + 2.5m, restated.GetProperty("spend").GetDecimal());
        var removed = await Post("_sim/remove", new { account = graph.FirstAccount, ad_id = ad, date = "2026-03-04" });
        Assert.Equal(truth.Rows - 1, removed.GetProperty("rows").GetInt64());

        async Task<JsonElement> Post(string path, object order) =>
            await GraphCaller.ReadAsync(await graph.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), order));
    }

    [Fact]
    public async Task Calls_are_counted_and_shown_without_their_tokens()
    {
        await using var graph = await GraphCaller.StartAsync();
        await graph.SendAsync($"{graph.FirstAccount}/insights?limit=3");
        await graph.SendAsync("act_1/ads");
        var calls = await Control(graph, "_sim/calls");
        Assert.Equal(2, calls.GetProperty("count").GetInt64());
        var first = calls.GetProperty("calls")[0];
        Assert.Equal($"/v25.0/{graph.FirstAccount}/insights?limit=3", first.Text("path"));
        Assert.Equal(graph.FirstAccount, first.Text("account"));
        Assert.Equal(200, first.GetProperty("status").GetInt32());
        Assert.Equal(400, calls.GetProperty("calls")[1].GetProperty("status").GetInt32());
        Assert.DoesNotContain(graph.Server.AccessToken, calls.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_and_accounts_tell_what_is_served()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Accounts = 100_000, Now = GraphCaller.Noon });
        Assert.Equal("ok", (await Control(graph, "_sim/health")).Text("status"));
        var accounts = await Control(graph, "_sim/accounts?offset=99998");
        Assert.Equal(100_000, accounts.GetProperty("count").GetInt32());
        Assert.Equal(graph.Server.AccountIds[99_999], accounts.GetProperty("accounts")[1].Text("id"));
        Assert.Equal(100_000, graph.Server.AccountIds.Distinct().Count());
    }

    private static async Task<JsonElement> Control(GraphCaller graph, string path) =>
        await GraphCaller.ReadAsync(await graph.Client.GetAsync(new Uri(path, UriKind.Relative)));

    private static async Task<List<JsonElement>> Rows(GraphCaller graph, string level, string more = "") =>
        await graph.RowsAsync($"{graph.FirstAccount}/insights?level={level}&time_increment=1&limit=500&fields=ad_id,spend,impressions,clicks&{Range}{more}");
}
