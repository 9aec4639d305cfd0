using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class RetryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.5, 1.1)]
    [InlineData(1.0, 1.2)]
    public async Task Three_retries_wait_1_2_and_4_seconds_and_a_jitter(double chance, double factor)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(2).Answer("<html>Service Unavailable</html>", 503).Reset().Answer(Pages.Page([Pages.Row()]));
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time, chance: () => chance);

        var reading = client.ReadAllAsync(Pages.Query());
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            var delay = await time.TimerStartedAsync(atMost: 10 * Second);
            Assert.Equal(factor * seconds, delay.TotalSeconds, precision: 6);
            time.Advance(delay);
        }

        Assert.Equal(4, Assert.Single(await reading).Calls);
        Assert.Equal(4, graph.Requests.Count);
    }

    [Fact]
    public async Task A_retry_repeats_its_page_alone()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1)], "MQ", next: true))
            .Answer(Pages.Page([Pages.Row(2)], "Mg", next: true)[..^40])
            .Answer(Pages.Page([Pages.Row(2)], "Mg", next: true))
            .Answer(Pages.Page([Pages.Row(3)]));
        await using var client = new GraphClient(graph.Address);

        var pages = await client.ReadAllAsync(Pages.Query());

        Assert.Equal([1, 2, 1], pages.Select(page => page.Calls));
        Assert.Equal(["", "MQ", "MQ", "Mg"], graph.Requests.Select(request => request.Query["after"].ToString()));
        Assert.Equal([3L, 6L, 9L], pages.SelectMany(page => page.Rows).Select(row => row.Impressions));
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(17, 2446079)]
    [InlineData(613, null)]
    [InlineData(613, 1487742)]
    [InlineData(80000, 2446079)]
    [InlineData(80004, 2446079)]
    public async Task A_throttle_is_not_retried(int code, int? subcode)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(code, subcode);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.True(failure.RateLimited);
        Assert.False(failure.WorthRereading);
        Assert.Equal((1, code, subcode), (failure.Calls, failure.Code, failure.Subcode));
        Assert.Single(graph.Requests);
    }

    [Theory]
    [InlineData(190, 463, GraphErrorKind.Reauthorise)]
    [InlineData(200, null, GraphErrorKind.Permission)]
    [InlineData(100, null, GraphErrorKind.Permanent)]
    [InlineData(100, 33, GraphErrorKind.Gone)]
    [InlineData(100, 1487534, GraphErrorKind.TooMuchData)]
    [InlineData(2642, null, GraphErrorKind.InvalidAnswer)]
    public async Task What_repeating_cannot_mend_is_not_retried(int code, int? subcode, GraphErrorKind kind)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(code, subcode);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(code == 2642, failure.WorthRereading);
        Assert.Single(graph.Requests);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("html")]
    [InlineData("truncated")]
    [InlineData("503")]
    [InlineData("garbled error")]
    public async Task A_broken_answer_is_read_four_times_and_then_worth_rereading(string what)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            _ = what switch
            {
                "empty" => graph.Answer(""),
                "html" => graph.Answer("<!DOCTYPE html><html>Service Unavailable</html>"),
                "truncated" => graph.Answer(Pages.Page([Pages.Row()])[..^1]),
                "503" => graph.Answer("", 503),
                _ => graph.Answer("{\"error\":{\"message\":", 400),
            };
        }

        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.InvalidAnswer, 4), (failure.Kind, failure.Calls));
        Assert.True(failure.WorthRereading);
        Assert.Null(failure.Code);
        Assert.Equal(4, client.Observed.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"data\":[")]
    public async Task A_connection_that_breaks_is_a_network_failure(string? part)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var attempt = 0; attempt < 4; attempt++)
            graph.Reset(part);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.Network, 4), (failure.Kind, failure.Calls));
        Assert.True(failure.WorthRereading);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_network_failure()
    {
        var graph = await ScriptedGraph.StartAsync();
        var address = graph.Address;
        await graph.DisposeAsync();
        await using var client = new GraphClient(address);

        Assert.Equal(GraphErrorKind.Network, (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"data\":[")]
    public async Task An_attempt_that_hangs_is_given_up_at_its_deadline(string part)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        var hangs = graph.Hang(part);
        graph.Answer(Pages.Page([Pages.Row()]));
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time);

        var reading = client.ReadAllAsync(Pages.Query());
        await hangs;
        time.Advance(300 * Second);
        time.Advance(await time.TimerStartedAsync(atMost: 10 * Second));

        Assert.Equal(2, Assert.Single(await reading).Calls);
    }

    [Fact]
    public async Task Without_retries_a_timeout_is_an_exception_that_says_how_long()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        var hangs = graph.Hang();
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time, options => options.MaxRetries = 0);

        var reading = client.ReadAllAsync(Pages.Query());
        await hangs;
        time.Advance(300 * Second);

        var failure = await Assert.ThrowsAsync<GraphException>(() => reading);
        Assert.Equal((GraphErrorKind.Network, 1), (failure.Kind, failure.Calls));
        Assert.Contains("300 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_passes_through_during_a_request()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        using var stop = new CancellationTokenSource();
        graph.Do(async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var client = new GraphClient(graph.Address);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadAllAsync(Pages.Query(), cancellationToken: stop.Token));
        Assert.Single(graph.Requests);
    }

    [Fact]
    public async Task Cancellation_passes_through_during_a_wait()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(2);
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        await using var client = new GraphClient(graph.Address, time);

        var reading = client.ReadAllAsync(Pages.Query(), cancellationToken: stop.Token);
        await time.TimerStartedAsync(atMost: 10 * Second);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Single(graph.Requests);
    }
}
