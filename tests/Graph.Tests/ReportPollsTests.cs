using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>Polls of many accounts, gathered.</summary>
public sealed class ReportPollsTests
{
    [Fact]
    public async Task Reports_that_are_made_at_the_same_time_are_polled_in_one_request_and_each_poll_takes_a_permit()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Reports = new SimulatedReports { MostRacingPolls = 0 } });
        var permits = Enumerable.Range(0, 3).Select(_ => new CountedPermits()).ToArray();
        // Asked for before, so that all three wait for their reports from the same moment on.
        var memories = Enumerable.Range(0, 3).Select(_ => new ReportMemory()).ToArray();
        for (var account = 0; account < 3; account++)
            await memories[account].KeepAsync(await graph.Client.Reports.StartAsync(graph.Query(account), SimulatedGraph.Token, 1, CancellationToken.None), CancellationToken.None);

        var reads = await graph.PassAsync(Task.WhenAll(Enumerable.Range(0, 3).Select(account =>
            graph.Client.ReadAllAsync(graph.Query(account) with { Asynchronous = true, Permits = permits[account], Reports = memories[account] }, SimulatedGraph.Token))));

        var calls = await graph.CallsAsync();
        var polls = calls.Where(call => call.Batched).ToArray();
        Assert.InRange(polls.Length, 3, 6);
        Assert.Equal(3, calls.Count(call => call.IsReportRequest));
        Assert.Equal(reads.Select(pages => pages.Sum(page => page.Calls)), permits.Select(permit => permit.Taken));
        Assert.Equal(calls.Count - memories.Length, permits.Sum(permit => permit.Taken));
        Assert.True(graph.Client.Observed.Count(one => one.Call.Edge == "batch") < polls.Length, "Several polls went out in one request.");
    }

    [Fact]
    public async Task Whoever_waits_for_a_permit_holds_up_nobody_and_gives_up_alone()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Reports = new SimulatedReports { MostRacingPolls = 0 } });
        using var stop = new CancellationTokenSource();
        var starved = new StarvedPermits(granted: 1);

        var waiting = graph.Client.ReadAllAsync(graph.Query(0) with { Asynchronous = true, Permits = starved }, SimulatedGraph.Token, stop.Token);
        var pages = await graph.PassAsync(graph.Client.ReadAllAsync(graph.Query(1) with { Asynchronous = true }, SimulatedGraph.Token));

        Assert.NotEmpty(pages);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.DoesNotContain(await graph.CallsAsync(), call => call.Batched && call.Account == graph.Account(0).ToString());
    }

    [Fact]
    public async Task An_old_report_is_not_taken_for_an_answer_of_today()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7 });
        var memory = new ReportMemory();
        var query = graph.Query() with { Asynchronous = true, Reports = memory };
        await memory.KeepAsync(await graph.Client.Reports.StartAsync(query, SimulatedGraph.Token, 1, CancellationToken.None), CancellationToken.None);

        graph.Time.Advance(ReportRules.Fresh);
        await graph.PassAsync(graph.Client.ReadAllAsync(query, SimulatedGraph.Token));

        Assert.Equal(2, (await graph.CallsAsync()).Count(call => call.IsReportRequest));
    }

    [Fact]
    public async Task Polls_and_the_start_are_calls_of_the_first_page_and_no_retries()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Reports = new SimulatedReports { MostRacingPolls = 0 } });
        var (calls, polls) = (0, 0);

        await graph.PassAsync(CountAsync());

        Assert.Equal((await graph.CallsAsync()).Count, calls);
        Assert.Equal(2, polls);

        async Task<bool> CountAsync()
        {
            await foreach (var page in graph.Client.Source.ReadAsync(graph.Query() with { Asynchronous = true }, SimulatedGraph.Token, CancellationToken.None))
            {
                using (page)
                    (calls, polls) = (calls + page.Calls, polls + page.Polls);
            }

            return true;
        }
    }

    /// <summary>Some permits, and then none for ever.</summary>
    private sealed class StarvedPermits(int granted) : ICallPermits
    {
        private int _left = granted;

        public async ValueTask TakeAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref _left) < 0)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
