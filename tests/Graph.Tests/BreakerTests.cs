using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

/// <summary>A host that does not answer is left alone; what Meta says never counts as not answering.</summary>
public sealed class BreakerTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_host_that_does_not_answer_is_left_alone_and_tried_again_after_the_rest()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 4; call++)
            graph.Reset();
        var time = new ManualTime();
        await using var client = Client(graph, time);
        var permits = new CountedPermits();
        for (var call = 0; call < 4; call++)
            await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query() with { Permits = permits }));

        var refused = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query() with { Permits = permits }));
        graph.Answer(Pages.Page([Pages.Row()])).Answer(Pages.Page([]));
        time.Advance(Rest);
        await client.ReadAllAsync(Pages.Query());
        await client.ReadAllAsync(Pages.Query());

        Assert.Equal((GraphErrorKind.Network, 0), (refused.Kind, refused.Calls));
        Assert.Contains("did not answer lately", refused.Message, StringComparison.Ordinal);
        Assert.Equal(4, permits.Taken);
        Assert.Equal(6, graph.Requests.Count);
        Assert.Contains(client.Logs.Lines, line => line.Contains("no call is made for 00:00:30", StringComparison.Ordinal));
        Assert.Contains(client.Logs.Lines, line => line.Contains("127.0.0.1 answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_try_that_fails_leaves_the_host_alone_once_more()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 5; call++)
            graph.Reset();
        var time = new ManualTime();
        await using var client = Client(graph, time);
        for (var call = 0; call < 4; call++)
            await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        time.Advance(Rest);
        Assert.Equal(1, (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Calls);
        Assert.Equal(0, (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Calls);

        Assert.Equal(5, graph.Requests.Count);
    }

    [Theory]
    [InlineData(17, 2446079, 400)]
    [InlineData(4, null, 400)]
    [InlineData(80000, 2446079, 400)]
    [InlineData(2, null, 500)]
    [InlineData(1, null, 500)]
    [InlineData(190, 463, 400)]
    public async Task Nothing_that_Meta_says_opens_the_circuit(int code, int? subcode, int status)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 12; call++)
            graph.Error(code, subcode, status);
        await using var client = Client(graph, new ManualTime());

        for (var call = 0; call < 12; call++)
            Assert.Equal(1, (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Calls);

        Assert.Equal(12, graph.Requests.Count);
    }

    [Fact]
    public async Task A_gateway_without_Meta_behind_it_counts_as_no_answer()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 4; call++)
            graph.Answer("<html>Bad Gateway</html>", 502);
        await using var client = Client(graph, new ManualTime());
        for (var call = 0; call < 4; call++)
            await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal(0, (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Calls);
    }

    [Fact]
    public async Task The_total_deadline_covers_all_attempts_and_no_wait_for_permits()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        var first = graph.Hang();
        var second = graph.Hang();
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time, options => options.TotalTimeout = TimeSpan.FromSeconds(400));
        var waits = new Queue<TimeSpan>([TimeSpan.FromHours(1)]);
        var permits = new CountedPermits(whileTaking: () => time.Advance(waits.TryDequeue(out var wait) ? wait : TimeSpan.Zero));

        var reading = client.ReadAllAsync(Pages.Query() with { Permits = permits });
        await first;
        time.Advance(TimeSpan.FromSeconds(300));
        time.Advance(await time.TimerStartedAsync(atMost: TimeSpan.FromSeconds(10)));
        await second;
        time.Advance(TimeSpan.FromSeconds(99));

        var failure = await Assert.ThrowsAsync<GraphException>(() => reading);
        Assert.Equal((GraphErrorKind.Network, 2), (failure.Kind, failure.Calls));
        Assert.Contains("400 s (MetaGrains:Graph:TotalTimeout)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, permits.Taken);
    }

    private static GraphClient Client(ScriptedGraph graph, ManualTime time) =>
        new(graph.Address, time, options =>
        {
            options.MaxRetries = 0;
            options.BreakerMinimumCalls = 4;
            options.BreakDuration = Rest;
        });
}
