namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 7: pages that surprise.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData("insights?level=ad&time_increment=1&fields=ad_id,spend")]
    [InlineData("ads?fields=name")]
    [InlineData("adcreatives?fields=name")]
    public async Task A_short_page_leads_on_and_nothing_is_lost(string call)
    {
        await using var graph = await GraphCaller.StartAsync();
        var whole = await graph.RowsAsync($"{graph.FirstAccount}/{call}&limit=4");
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ShortPage, Times: 2));

        var first = await graph.GetAsync($"{graph.FirstAccount}/{call}&limit=4");
        var rest = await graph.RowsFromAsync(GraphCaller.Link(first, "next"));

        Assert.Equal(2, first.GetProperty("data").GetArrayLength());
        Assert.Equal(whole.Select(row => row.GetRawText()), first.GetProperty("data").EnumerateArray().Concat(rest).Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task A_cursor_can_die_on_the_way()
    {
        await using var graph = await GraphCaller.StartAsync();
        var first = await graph.GetAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=5");
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Error, Code: 2642, Message: "(#2642) Invalid cursors values"));

        Assert.Equal((400, 2642, null), await (await graph.Client.GetAsync(GraphCaller.Link(first, "next"))).ErrorAsync());
        Assert.NotEmpty(await graph.RowsFromAsync(GraphCaller.Link(first, "next")));
    }

    [Fact]
    public async Task Next_carries_the_token_and_no_list_without_elements_has_paging()
    {
        await using var graph = await GraphCaller.StartAsync();

        var page = await graph.GetAsync($"{graph.FirstAccount}/ads?limit=1");

        Assert.Contains($"access_token={graph.Server.AccessToken}", GraphCaller.Link(page, "next")!.Query, StringComparison.Ordinal);
        foreach (var call in new[] { "ads?effective_status=[\"PREAPPROVED\"]", "insights?date_preset=today&filtering=[{\"field\":\"spend\",\"operator\":\"GREATER_THAN\",\"value\":1000000000}]" })
            Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/{call}"));
    }

    [Fact]
    public async Task A_summary_counts_the_whole_list()
    {
        await using var graph = await GraphCaller.StartAsync();
        var all = await graph.RowsAsync($"{graph.FirstAccount}/ads?limit=500");

        var page = await graph.GetAsync($"{graph.FirstAccount}/ads?limit=2&summary=true");

        Assert.Equal(all.Count, page.GetProperty("summary").GetProperty("total_count").GetInt32());
    }
}
