using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

/// <summary>Meta counts requests, so a permit is taken for each, right before it is sent.</summary>
public sealed class PermitTests
{
    [Fact]
    public async Task Every_request_takes_a_permit_retries_and_pages_included()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1)], "MQ", next: true)).Error(2).Reset().Answer(Pages.Page([Pages.Row(2)]));
        await using var client = new GraphClient(graph.Address);
        var permits = new CountedPermits(int.MaxValue);

        var pages = await client.ReadAllAsync(Pages.Query() with { Permits = permits });

        Assert.Equal(4, permits.Taken);
        Assert.Equal(4, graph.Requests.Count);
        Assert.Equal(4, pages.Sum(page => page.Calls));
    }

    [Fact]
    public async Task Without_a_permit_nothing_is_sent_and_cancelling_ends_the_wait()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1)], "MQ", next: true)).Answer(Pages.Page([Pages.Row(2)]));
        await using var client = new GraphClient(graph.Address);
        using var cancelled = new CancellationTokenSource();
        var permits = new CountedPermits(1, whenEmpty: cancelled.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadAllAsync(Pages.Query() with { Permits = permits }, null, cancelled.Token));

        Assert.Single(graph.Requests);
    }

    [Fact]
    public async Task The_wait_for_a_permit_does_not_use_up_the_deadline_of_the_attempt()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1)]));
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time);
        var permits = new CountedPermits(1, whileTaking: () => time.Advance(TimeSpan.FromHours(1)));

        var page = Assert.Single(await client.ReadAllAsync(Pages.Query() with { Permits = permits }));

        Assert.Equal(1, page.Calls);
    }

    [Fact]
    public async Task A_throttle_costs_the_one_permit_of_its_request()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(17, 2446079);
        await using var client = new GraphClient(graph.Address);
        var permits = new CountedPermits(10);

        var refused = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query() with { Permits = permits }));

        Assert.Equal((1, 1), (permits.Taken, refused.Calls));
    }
}
