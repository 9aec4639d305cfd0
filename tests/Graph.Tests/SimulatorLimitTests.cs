using MetaGrains.Core.Insights;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>Limits that are enforced, and versions, against the simulator, over a socket.</summary>
public sealed class SimulatorLimitTests
{
    [Fact]
    public async Task A_used_up_use_case_is_met_once_tells_its_minutes_and_serves_again_after_them()
    {
        await using var graph = await StartAsync(new SimulatedLimits { Enforced = true, UseCaseFactor = 0.00002 });
        var failure = await UntilRefusedAsync(graph);

        Assert.Equal((80000, ThrottleScope.BusinessUseCase, "ads_insights", 1), (failure.Code, failure.Scope, failure.UseCase, failure.Calls));
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(60));
        Assert.Single(await graph.CallsAsync(), call => call.Status == 400);
        // Another use case and another account are not concerned.
        await AskAsync(graph, account: 1);
        await graph.Client.Accounts.GetAsync(graph.Account(), SimulatedGraph.Token, CancellationToken.None);

        graph.Time.Advance(failure.RetryAfter.Value);
        await AskAsync(graph);
    }

    [Fact]
    public async Task A_used_up_management_allowance_is_told_apart_from_that_of_insights()
    {
        await using var graph = await StartAsync(new SimulatedLimits { Enforced = true, UseCaseFactor = 0.00002 });
        GraphException? failure = null;
        while (failure is null)
            failure = (await Record.ExceptionAsync(() => graph.Client.Accounts.GetAsync(graph.Account(), SimulatedGraph.Token, CancellationToken.None))) as GraphException;

        Assert.Equal((80004, ThrottleScope.BusinessUseCase, "ads_management"), (failure.Code, failure.Scope, failure.UseCase));
        await AskAsync(graph);
    }

    [Theory]
    [InlineData(false, 17)]
    [InlineData(true, 613)]
    public async Task A_used_up_score_blocks_its_account_for_the_seconds_that_the_header_tells(bool is613, int code)
    {
        await using var graph = await StartAsync(new SimulatedLimits { Enforced = true, ScoreFactor = 0.0005, ScoreIs613 = is613 });
        var failure = await UntilRefusedAsync(graph);

        Assert.Equal((code, ThrottleScope.AccountScore, TimeSpan.FromSeconds(60)), (failure.Code, failure.Scope, failure.RetryAfter));
        Assert.Equal(100, failure.Usage.AdAccount!.UtilPercent);
        await AskAsync(graph, account: 1);

        graph.Time.Advance(TimeSpan.FromSeconds(60));
        await AskAsync(graph);
    }

    [Fact]
    public async Task A_users_own_limit_is_the_users_and_no_accounts()
    {
        await using var graph = await StartAsync(new SimulatedLimits { Enforced = true, UserCallsPerHour = 3 });
        var failure = await UntilRefusedAsync(graph);

        Assert.Equal((17, ThrottleScope.User, (TimeSpan?)null), (failure.Code, failure.Scope, failure.RetryAfter));
        Assert.Equal(4, (await graph.CallsAsync()).Count);
    }

    [Fact]
    public async Task An_overloaded_insights_platform_rests_for_all_accounts_and_is_not_retried()
    {
        await using var graph = await StartAsync(new SimulatedLimits { Enforced = true, GlobalLoad = 1 });
        var failure = await UntilRefusedAsync(graph);

        Assert.Equal((4, 1504039, ThrottleScope.InsightsPlatform, 1), (failure.Code, failure.Subcode, failure.Scope, failure.Calls));
        Assert.Single(await graph.CallsAsync());
        await graph.Client.Accounts.GetAsync(graph.Account(), SimulatedGraph.Token, CancellationToken.None);
    }

    [Fact]
    public async Task The_apps_own_limit_counts_calls_outside_accounts()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Accounts = 450, Limits = new SimulatedLimits { Enforced = true, DailyActiveUsers = 1 } }, options => options.AccountsPageLimit = 2);
        var pages = 0;

        var failure = await Assert.ThrowsAsync<GraphException>(async () =>
        {
            await foreach (var _ in graph.Client.Accounts.ListAsync(SimulatedGraph.Token, CancellationToken.None))
                pages++;
        });

        Assert.Equal((4, ThrottleScope.App, 400), (failure.Code, failure.Scope, pages));
    }

    [Fact]
    public async Task Polls_that_meet_a_throttle_keep_the_report()
    {
        await using var graph = await StartAsync(new SimulatedLimits());
        var memory = new ReportMemory();
        var query = graph.Query() with { Asynchronous = true, Reports = memory };
        var run = await graph.Client.Reports.StartAsync(query, SimulatedGraph.Token, 1, CancellationToken.None);
        await memory.KeepAsync(run, CancellationToken.None);
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ThrottleAccount));

        var failure = await Assert.ThrowsAsync<GraphException>(() => graph.PassAsync(graph.Client.ReadAllAsync(query, SimulatedGraph.Token)));
        var pages = await graph.PassAsync(graph.Client.ReadAllAsync(query, SimulatedGraph.Token));

        Assert.Equal(GraphErrorKind.Throttled, failure.Kind);
        Assert.NotEmpty(pages);
        Assert.Single(await graph.CallsAsync(), call => call.IsReportRequest);
    }

    [Theory]
    [InlineData("v26.0", false)]
    [InlineData("v25.0", false)]
    [InlineData("v24.0", true)]
    [InlineData("v22.0", true)]
    public async Task Versions_that_live_answer_and_those_that_are_upgraded_are_warned_of(string version, bool warned)
    {
        await using var graph = await SimulatedGraph.StartAsync(configure: options => options.ApiVersion = version);

        await AskAsync(graph);

        Assert.Equal(warned, graph.Client.Logs.Lines.Any(line => line.Contains("MetaGrains:Graph:ApiVersion", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("v21.0", 2635, true)]
    [InlineData("v27.0", 2500, false)]
    public async Task A_version_that_is_dead_or_does_not_exist_is_refused_once_with_what_to_do(string version, int code, bool alert)
    {
        await using var graph = await SimulatedGraph.StartAsync(configure: options => options.ApiVersion = version);

        var failure = await Assert.ThrowsAsync<GraphException>(() => AskAsync(graph));

        Assert.Equal((GraphErrorKind.Permanent, code, alert, 1), (failure.Kind, failure.Code, failure.Alert, failure.Calls));
        Assert.Contains("MetaGrains:Graph:ApiVersion", failure.Message, StringComparison.Ordinal);
    }

    private static Task<SimulatedGraph> StartAsync(SimulatedLimits limits) =>
        SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Limits = limits });

    private static Task<List<ReadPage>> AskAsync(SimulatedGraph graph, int account = 0) =>
        graph.Client.ReadAllAsync(graph.Query(account, InsightsLevel.Account), SimulatedGraph.Token);

    private static async Task<GraphException> UntilRefusedAsync(SimulatedGraph graph)
    {
        for (var call = 0; call < 100; call++)
        {
            if (await Record.ExceptionAsync(() => AskAsync(graph)) is { } failure)
                return Assert.IsType<GraphException>(failure);
        }

        throw new InvalidOperationException("A hundred calls met no limit.");
    }
}
