using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>Asynchronous reports against the simulator, over a socket.</summary>
public sealed class SimulatorReportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_report_has_the_very_rows_of_the_synchronous_answer(bool numericIds)
    {
        await using var graph = await StartAsync(new SimulatedReports { NumericIds = numericIds });
        var query = graph.Query();

        var asked = await graph.Client.ReadAllAsync(query, SimulatedGraph.Token);
        var reported = await graph.PassAsync(graph.Client.ReadAllAsync(query with { Asynchronous = true }, SimulatedGraph.Token));

        Assert.NotEmpty(asked[0].Rows);
        Assert.Equal(asked.SelectMany(page => page.Rows), reported.SelectMany(page => page.Rows));
        Assert.Equal(graph.Server.Truth(query.Account.ToString(), query.Days.Since, query.Days.Until).Spend, reported.Sum(page => page.Rows.Sum(row => row.Spend)));
        var calls = await graph.CallsAsync();
        Assert.Equal(calls.Count, asked.Sum(page => page.Calls) + reported.Sum(page => page.Calls));
        Assert.Single(calls, call => call.IsReportRequest);
    }

    [Fact]
    public async Task Runs_of_all_accounts_are_polled_together_through_every_state_and_a_poll_that_is_too_early_loses_none()
    {
        await using var graph = await StartAsync(new SimulatedReports
        {
            Queued = TimeSpan.FromSeconds(3),
            Started = TimeSpan.FromSeconds(3),
            Running = TimeSpan.FromSeconds(30),
            MostRacingPolls = 3,
        });
        var runs = new List<ReportRun>();
        for (var account = 0; account < 3; account++)
            runs.Add(await graph.Client.Reports.StartAsync(graph.Query(account), SimulatedGraph.Token, 1, CancellationToken.None));

        var seen = new HashSet<ReportState>();
        var polls = 0;
        for (var open = runs.ToList(); open.Count > 0; polls += open.Count)
        {
            var statuses = await graph.Client.Reports.PollAsync([.. runs.Select(run => new ReportPoll(run, SimulatedGraph.Token, CallPermits.Unlimited))], CancellationToken.None);
            open.Clear();
            for (var index = 0; index < runs.Count; index++)
            {
                runs[index] = runs[index].Seen(statuses[index], graph.Time.GetUtcNow());
                seen.Add(statuses[index].State);
                var decision = ReportRules.Decide(runs[index], statuses[index], graph.Time.GetUtcNow());
                Assert.True(decision.Step is ReportStep.Wait or ReportStep.Read, $"{decision.Step} after {statuses[index].State}");
                if (decision.Step == ReportStep.Wait)
                    open.Add(runs[index]);
            }

            graph.Time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal([ReportState.Queued, ReportState.Running, ReportState.Completed, ReportState.Unknown], seen.Order());
        Assert.All(runs, run => Assert.Equal((100, ReportState.Completed), (run.Percent, run.State)));
        var calls = await graph.CallsAsync();
        Assert.Equal(3, calls.Count(call => call.IsReportRequest));
        Assert.All(calls.Where(call => !call.IsReportRequest), poll => Assert.True(poll.Batched));
        // Each observation of a poll is credited to the account that the run belongs to.
        Assert.Equal(
            graph.Server.AccountIds.Order(StringComparer.Ordinal),
            graph.Client.Observed.Where(one => one.Call is { Edge: "report", Status: 200 }).Select(one => one.Call.Account.ToString()!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_report_that_stands_still_is_asked_for_once_more()
    {
        await using var graph = await StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ReportStalled, Minutes: 600));

        var pages = await ReadAsync(graph, graph.Query());

        Assert.Equal(Spend(graph), pages.Sum(page => page.Rows.Sum(row => row.Spend)));
        Assert.Equal(2, (await graph.CallsAsync()).Count(call => call.IsReportRequest));
        Assert.InRange(graph.Time.GetUtcNow() - new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), ReportRules.Standstill, TimeSpan.FromMinutes(12));
    }

    [Theory]
    [InlineData(FaultKind.ReportStalled, Excess.Time)]
    [InlineData(FaultKind.ReportSkipped, Excess.Unclear)]
    [InlineData(FaultKind.ReportFailed, Excess.Unclear)]
    public async Task What_comes_to_nothing_twice_is_too_large(FaultKind fault, Excess excess)
    {
        await using var graph = await StartAsync();
        graph.Server.Faults.Add(new InjectedFault(fault, Times: 2, Minutes: 600));
        var memory = new ReportMemory();

        var failure = await Assert.ThrowsAsync<GraphException>(() => ReadAsync(graph, graph.Query() with { Reports = memory }));

        Assert.Equal((GraphErrorKind.TooMuchData, excess), (failure.Kind, failure.Excess));
        var calls = await graph.CallsAsync();
        Assert.Equal((2, calls.Count), (calls.Count(call => call.IsReportRequest), failure.Calls));
        Assert.Empty(memory.Runs);
    }

    [Theory]
    [InlineData(-3, 1504045, GraphErrorKind.TooMuchData, Excess.Data)]
    [InlineData(100, 1487534, GraphErrorKind.TooMuchData, Excess.Data)]
    [InlineData(2, 1504041, GraphErrorKind.Permanent, Excess.None)]
    [InlineData(4, 1504022, GraphErrorKind.Throttled, Excess.None)]
    public async Task A_failure_whose_code_explains_it_is_not_asked_for_again(int code, int subcode, GraphErrorKind kind, Excess excess)
    {
        await using var graph = await StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ReportFailed, Code: code, Subcode: subcode));

        var failure = await Assert.ThrowsAsync<GraphException>(() => ReadAsync(graph, graph.Query()));

        Assert.Equal((kind, excess), (failure.Kind, failure.Excess));
        Assert.Single(await graph.CallsAsync(), call => call.IsReportRequest);
    }

    [Fact]
    public async Task A_report_beyond_the_rows_that_Meta_makes_fails_as_too_much_data()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, DataLimits = new SimulatedDataLimits { ReportRows = 5 } });

        var failure = await Assert.ThrowsAsync<GraphException>(() => ReadAsync(graph, graph.Query()));

        Assert.Equal((GraphErrorKind.TooMuchData, Excess.Data), (failure.Kind, failure.Excess));
    }

    [Fact]
    public async Task After_a_crash_the_stored_run_is_gone_on_with_and_not_asked_for_again()
    {
        await using var graph = await StartAsync();
        using var crash = new CancellationTokenSource();
        // Dies between storing the run and its first poll.
        var memory = new ReportMemory(_ => crash.Cancel());
        var query = graph.Query() with { Asynchronous = true, Reports = memory };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => graph.Client.ReadAllAsync(query, SimulatedGraph.Token, crash.Token));
        var stored = Assert.Single(memory.Runs).Value;

        await using var restarted = graph.Restarted();
        var pages = await graph.PassAsync(restarted.ReadAllAsync(query, SimulatedGraph.Token));

        Assert.Equal(Spend(graph), pages.Sum(page => page.Rows.Sum(row => row.Spend)));
        var calls = await graph.CallsAsync();
        Assert.Single(calls, call => call.IsReportRequest);
        Assert.Contains(calls, call => call.Path.Contains($"{stored.Id}/insights", StringComparison.Ordinal));
        Assert.Empty(memory.Runs);
    }

    [Fact]
    public async Task A_result_is_frozen_so_reading_goes_on_from_the_stored_cursor_whatever_Meta_restates_meanwhile()
    {
        await using var graph = await StartAsync(configure: options => options.PageLimit = 20);
        var query = graph.Query();
        var truth = Spend(graph);
        var run = await CompletedAsync(graph, query);

        decimal spend;
        ReportRun stored;
        await using (var first = graph.Client.Reports.ReadAsync(query, run, SimulatedGraph.Token, CancellationToken.None).GetAsyncEnumerator())
        {
            Assert.True(await first.MoveNextAsync());
            using var page = first.Current;
            var row = page.Rows.Span[0];
            spend = Snapshot.Of(page).Sum(one => one.Spend);
            stored = run with { After = page.Next };
            graph.Server.Remove(query.Account.ToString(), row.AdId!, row.Date);
        }

        await using var restarted = graph.Restarted();
        await foreach (var page in restarted.Reports.ReadAsync(query, stored, SimulatedGraph.Token, CancellationToken.None))
        {
            using (page)
                spend += Snapshot.Of(page).Sum(row => row.Spend);
        }

        Assert.NotNull(stored.After);
        Assert.Equal(truth, spend);
        Assert.NotEqual(truth, Spend(graph));
    }

    [Fact]
    public async Task A_run_that_has_expired_is_asked_for_anew_and_never_polled()
    {
        await using var graph = await StartAsync();
        var memory = new ReportMemory();
        var query = graph.Query() with { Reports = memory };
        var old = await CompletedAsync(graph, query);
        await memory.KeepAsync(old, CancellationToken.None);
        graph.Time.Advance(ReportRun.Lifetime);
        var before = (await graph.CallsAsync()).Count;

        var unknown = await graph.Client.Reports.PollAsync([new ReportPoll(old, SimulatedGraph.Token, CallPermits.Unlimited)], CancellationToken.None);
        var pages = await ReadAsync(graph, query);

        Assert.Equal(ReportState.Unknown, Assert.Single(unknown).State);
        Assert.Equal(Spend(graph), pages.Sum(page => page.Rows.Sum(row => row.Spend)));
        var after = (await graph.CallsAsync()).Skip(before + 1).ToArray();
        Assert.True(after[0].IsReportRequest);
        Assert.DoesNotContain(after, call => call.Path.Contains(old.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_Meta_lost_before_its_time_is_asked_for_once_more()
    {
        await using var graph = await StartAsync(new SimulatedReports { Lifetime = TimeSpan.FromHours(1) });
        var memory = new ReportMemory();
        var query = graph.Query() with { Reports = memory };
        await memory.KeepAsync(await CompletedAsync(graph, query), CancellationToken.None);
        graph.Time.Advance(TimeSpan.FromHours(1));

        var pages = await ReadAsync(graph, query);

        Assert.Equal(Spend(graph), pages.Sum(page => page.Rows.Sum(row => row.Spend)));
        Assert.Equal(2, (await graph.CallsAsync()).Count(call => call.IsReportRequest));
    }

    [Fact]
    public async Task A_report_that_was_dropped_is_gone_and_dropping_it_again_is_no_failure()
    {
        await using var graph = await StartAsync(new SimulatedReports { MostRacingPolls = 0 });
        var run = new ReportPoll(await CompletedAsync(graph, graph.Query()), SimulatedGraph.Token, CallPermits.Unlimited);

        await graph.Client.Reports.DropAsync(run, CancellationToken.None);
        await graph.Client.Reports.DropAsync(run, CancellationToken.None);

        Assert.Equal(ReportState.Unknown, (await graph.Client.Reports.PollAsync([run], CancellationToken.None))[0].State);
    }

    [Fact]
    public async Task A_report_is_never_read_as_the_answer_to_another_question()
    {
        await using var graph = await StartAsync();
        var run = await CompletedAsync(graph, graph.Query());

        Assert.Throws<ArgumentException>(() => graph.Client.Reports.ReadAsync(graph.Query(level: InsightsLevel.Campaign), run, SimulatedGraph.Token, CancellationToken.None));
    }

    private static Task<SimulatedGraph> StartAsync(SimulatedReports? reports = null, Action<GraphOptions>? configure = null) =>
        SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Reports = reports ?? new SimulatedReports() }, configure);

    private static Task<List<ReadPage>> ReadAsync(SimulatedGraph graph, InsightsQuery query) =>
        graph.PassAsync(graph.Client.ReadAllAsync(query with { Asynchronous = true }, SimulatedGraph.Token));

    private static decimal Spend(SimulatedGraph graph) =>
        graph.Server.Truth(graph.Account().ToString(), SimulatedGraph.Month.Since, SimulatedGraph.Month.Until).Spend;

    private static async Task<ReportRun> CompletedAsync(SimulatedGraph graph, InsightsQuery query)
    {
        var run = await graph.Client.Reports.StartAsync(query, SimulatedGraph.Token, 1, CancellationToken.None);
        for (var poll = 0; poll < 10; poll++)
        {
            graph.Time.Advance(TimeSpan.FromSeconds(2));
            var status = (await graph.Client.Reports.PollAsync([new ReportPoll(run, SimulatedGraph.Token, CallPermits.Unlimited)], CancellationToken.None))[0];
            run = run.Seen(status, graph.Time.GetUtcNow());
            if (status.State == ReportState.Completed)
                return run;
        }

        throw new InvalidOperationException($"The report is {run.State} after ten polls.");
    }
}
