using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class PageLimitTests
{
    private const string Reduce = "Please reduce the amount of data you're asking for, then retry your request";

    [Fact]
    public async Task A_page_that_is_too_large_is_read_from_the_same_cursor_with_half_the_limit()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1)], "MQ", next: true))
            .Error(1, null, 500, Reduce).Error(1, null, 500, Reduce)
            .Answer(Pages.Page([Pages.Row(2)], "Mg", next: true)).Answer(Pages.Page([Pages.Row(3)]))
            .Answer(Pages.Page([]));
        var permits = new CountedPermits();
        await using var client = new GraphClient(graph.Address);

        var pages = await client.ReadAllAsync(Pages.Query() with { Permits = permits });
        await client.ReadAllAsync(Pages.Query() with { Permits = permits });

        Assert.Equal([1, 3, 1], pages.Select(page => page.Calls));
        Assert.Equal([3L, 6L, 9L], pages.SelectMany(page => page.Rows).Select(row => row.Impressions));
        Assert.Equal([" 500", "MQ 500", "MQ 250", "MQ 125", "Mg 125", " 125"], graph.Requests.Select(request => $"{request.Query["after"]} {request.Query["limit"]}"));
        Assert.Equal(6, permits.Taken);
    }

    [Fact]
    public async Task What_is_too_large_on_the_smallest_page_is_a_failure_with_every_call_counted()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 7; call++)
            graph.Error(1, null, 500, Reduce);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.TooMuchData, Excess.Page, 7), (failure.Kind, failure.Excess, failure.Calls));
        Assert.Equal(["500", "250", "125", "62", "31", "15", "8"], graph.Requests.Select(request => request.Query["limit"].ToString()));
    }

    [Fact]
    public async Task The_limit_of_the_query_is_the_most_that_is_asked_for()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([]));
        await using var client = new GraphClient(graph.Address);

        await client.ReadAllAsync(Pages.Query() with { PageLimit = 40 });

        Assert.Equal("40", Assert.Single(graph.Requests).Query["limit"]);
    }

    [Fact]
    public void A_limit_grows_back_slowly_and_never_beyond_the_most()
    {
        var limits = new PageLimits();
        Assert.True(limits.TooLarge("a", 100));
        var seen = new List<int>();
        for (var page = 0; page < 100; page++)
        {
            var limit = limits.Of("a", 100);
            seen.Add(limit);
            limits.Fitted("a", limit, 100);
        }

        Assert.Equal([50, 62, 77, 96, 100], seen.Distinct());
        Assert.All(seen.GroupBy(limit => limit).Where(group => group.Key < 100), group => Assert.Equal(16, group.Count()));
        Assert.Equal(100, limits.Of("b", 100));
    }
}
