using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 9: batches.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task Each_item_has_its_code_its_headers_and_its_body_as_text()
    {
        await using var graph = await GraphCaller.StartAsync();

        var items = await BatchAsync(
            graph,
            new { method = "GET", relative_url = $"{graph.FirstAccount}?fields=name" },
            new { method = "GET", relative_url = $"v24.0/{graph.Server.AccountIds[1]}/insights?fields=spend" },
            new { method = "GET", relative_url = "act_1/ads" });

        Assert.Equal([200, 200, 400], items.Select(item => item.GetProperty("code").GetInt32()));
        Assert.NotEmpty(Body(items[0]).Text("name"));
        Assert.Equal(33, Body(items[2]).GetProperty("error").GetProperty("error_subcode").GetInt32());
        Assert.Contains(graph.Server.AccountIds[1][4..], Header(items[1], "X-Business-Use-Case-Usage"), StringComparison.Ordinal);
        Assert.NotEmpty(Header(items[1], "X-FB-Ads-Insights-Throttle"));
        Assert.Equal("v24.0", Header(items[1], "facebook-api-version"));
        Assert.Equal("v25.0", Header(items[0], "facebook-api-version"));
    }

    [Fact]
    public async Task Without_headers_they_are_left_out()
    {
        await using var graph = await GraphCaller.StartAsync();

        var response = await graph.PostAsync("", ("include_headers", "false"), ("batch", """[{"method":"GET","relative_url":"me"}]"""));

        Assert.False((await GraphCaller.ReadAsync(response))[0].TryGetProperty("headers", out _));
    }

    [Fact]
    public async Task An_item_may_refer_to_the_answer_of_another_whose_slot_is_then_null()
    {
        await using var graph = await GraphCaller.StartAsync();

        var items = await BatchAsync(
            graph,
            new { method = "GET", name = "get-ads", relative_url = $"{graph.FirstAccount}/ads?limit=3" },
            new { method = "GET", relative_url = "?ids={result=get-ads:$.data.*.id}&fields=name" });

        Assert.Equal(JsonValueKind.Null, items[0].ValueKind);
        Assert.Equal(3, Body(items[1]).EnumerateObject().Count());
        var shown = await BatchAsync(
            graph,
            new { method = "GET", name = "get-ads", omit_response_on_success = false, relative_url = $"{graph.FirstAccount}/ads?limit=3" },
            new { method = "GET", relative_url = "{result=get-ads:$.data[1].id}?fields=name" });
        Assert.Equal(Body(shown[0]).GetProperty("data")[1].Text("id"), Body(shown[1]).Text("id"));
    }

    [Fact]
    public async Task What_depends_on_a_failed_item_is_null()
    {
        await using var graph = await GraphCaller.StartAsync();

        var items = await BatchAsync(
            graph,
            new { method = "GET", name = "first", relative_url = "act_1" },
            new { method = "GET", depends_on = "first", relative_url = "me" },
            new { method = "GET", relative_url = "me" });

        Assert.Equal(400, items[0].GetProperty("code").GetInt32());
        Assert.Equal(JsonValueKind.Null, items[1].ValueKind);
        Assert.Equal(200, items[2].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Items_run_out_of_time_as_null_or_960_and_the_others_do_not_care()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.BatchNull, Account: graph.FirstAccount));
        graph.Server.Faults.Add(new InjectedFault(FaultKind.BatchTimeout, Account: graph.Server.AccountIds[1]));

        var items = await BatchAsync(graph, [.. graph.Server.AccountIds.Select(account => new { method = "GET", relative_url = account })]);

        Assert.Equal(JsonValueKind.Null, items[0].ValueKind);
        Assert.Equal((400, 960), (items[1].GetProperty("code").GetInt32(), Body(items[1]).GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal(200, items[2].GetProperty("code").GetInt32());
        Assert.Equal(0, graph.Server.Faults.Remaining);
    }

    [Fact]
    public async Task An_item_may_bring_its_own_token()
    {
        await using var graph = await GraphCaller.StartAsync();

        var items = await BatchAsync(
            graph,
            new { method = "GET", relative_url = $"me?access_token={SimulatorTokens.Expired}" },
            new { method = "GET", relative_url = "me" });

        Assert.Equal(463, Body(items[0]).GetProperty("error").GetProperty("error_subcode").GetInt32());
        Assert.Equal(200, items[1].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Report_runs_are_created_and_polled_in_batches()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, Reports = new SimulatedReports { MostRacingPolls = 0 } });

        var created = await BatchAsync(graph, [.. graph.Server.AccountIds.Select(account => new { method = "POST", relative_url = $"{account}/insights", body = "level=ad&fields=spend" })]);
        var runs = created.Select(item => Body(item).Text("report_run_id")).ToList();
        var polled = await BatchAsync(graph, [.. runs.Select(run => new { method = "GET", relative_url = run })]);

        Assert.Equal(runs, polled.Select(item => Body(item).Text("id")));
    }

    [Fact]
    public async Task A_batch_with_a_bad_token_or_too_many_items_fails_as_a_whole()
    {
        await using var graph = await GraphCaller.StartAsync();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["access_token"] = SimulatorTokens.Revoked, ["batch"] = "[]" });

        Assert.Equal((400, 190, 458), await (await graph.Client.PostAsync(new Uri("v25.0/", UriKind.Relative), form)).ErrorAsync());
        var many = JsonSerializer.Serialize(Enumerable.Range(0, 51).Select(_ => new { method = "GET", relative_url = "me" }));
        Assert.Equal((400, 100, null), await (await graph.PostAsync("", ("batch", many))).ErrorAsync());
    }

    private static async Task<List<JsonElement>> BatchAsync(GraphCaller graph, params object[] items)
    {
        var response = await graph.PostAsync("", ("batch", JsonSerializer.Serialize(items)));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return [.. (await GraphCaller.ReadAsync(response)).EnumerateArray()];
    }

    private static JsonElement Body(JsonElement item)
    {
        using var document = JsonDocument.Parse(item.Text("body"));
        return document.RootElement.Clone();
    }

    private static string Header(JsonElement item, string name) =>
        item.GetProperty("headers").EnumerateArray().Single(header => header.Text("name").Equals(name, StringComparison.OrdinalIgnoreCase)).Text("value");
}
