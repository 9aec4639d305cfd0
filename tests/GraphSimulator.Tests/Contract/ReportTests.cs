using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 5: asynchronous reports.</summary>
public sealed class ReportTests
{
    private static readonly SimulatedReports Slow = new()
    {
        Queued = TimeSpan.FromMinutes(1), Started = TimeSpan.FromMinutes(1), Running = TimeSpan.FromMinutes(10), MostRacingPolls = 0,
    };

    private static readonly (string, string)[] Question =
        [("level", "ad"), ("time_increment", "1"), ("fields", "ad_id,spend,impressions"), ("time_range", """{"since":"2026-02-20","until":"2026-03-05"}""")];

    [Fact]
    public async Task A_run_passes_through_its_states_and_holds_the_rows_of_the_question()
    {
        await using var graph = await StartAsync(Slow);
        var run = await CreateAsync(graph);
        var seen = new List<(string Status, int Percent, bool Running)>();
        for (var minute = 0; minute < 14; minute++)
        {
            seen.Add(State(await graph.GetAsync(run)));
            await graph.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["Job Not Started", "Job Started", "Job Running", "Job Completed"], seen.Select(state => state.Status).Distinct());
        Assert.Equal(seen.Select(state => state.Percent).Order(), seen.Select(state => state.Percent));
        Assert.Contains(seen, state => state is { Percent: 100, Status: "Job Running", Running: true });
        Assert.All(seen, state => Assert.Equal(state.Status is "Job Started" or "Job Running", state.Running));
        var rows = await graph.RowsAsync($"{run}/insights?limit=7");
        var sync = await graph.RowsAsync($"{graph.FirstAccount}/insights?limit=1000&{string.Join('&', Question.Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"))}");
        Assert.True(rows.Count > 14);
        Assert.Equal(sync.Select(row => row.GetRawText()), rows.Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task A_fresh_run_is_unknown_to_its_first_polls()
    {
        await using var graph = await StartAsync(Slow with { MostRacingPolls = 2 });
        var races = new List<int>();
        for (var number = 0; number < 12; number++)
        {
            var run = await CreateAsync(graph);
            var misses = 0;
            for (var response = await graph.SendAsync(run); !response.IsSuccessStatusCode; response = await graph.SendAsync(run))
            {
                Assert.Equal((400, 100, 33), await response.ErrorAsync());
                misses++;
            }

            races.Add(misses);
        }

        Assert.Equal([0, 1, 2], races.Distinct().Order());
    }

    [Fact]
    public async Task A_finished_run_does_not_see_later_corrections()
    {
        await using var graph = await StartAsync(Slow);
        var run = await CreateAsync(graph);
        await graph.AdvanceAsync(TimeSpan.FromMinutes(13));
        Assert.Equal("Job Completed", (await graph.GetAsync(run)).Text("async_status"));
        var before = await graph.RowsAsync($"{run}/insights?limit=1000");

        graph.Server.Restate(graph.FirstAccount, before[0].Text("ad_id"), DateOnly.Parse(before[0].Text("date_start")), 99);

        Assert.Equal(before.Select(row => row.GetRawText()), (await graph.RowsAsync($"{run}/insights?limit=1000")).Select(row => row.GetRawText()));
        Assert.Equal(before.Sum("spend") + 99, (await RunAsync(graph)).Sum("spend"));
    }

    [Theory]
    [InlineData(null, null, -2, 2490547)]
    [InlineData(2, 1504041, 2, 1504041)]
    [InlineData(2, 1504044, 2, 1504044)]
    [InlineData(4, 1504022, 4, 1504022)]
    [InlineData(-3, 1504045, -3, 1504045)]
    public async Task A_run_fails_with_any_code(int? code, int? subcode, int expected, int expectedSubcode)
    {
        await using var graph = await StartAsync(Slow);
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ReportFailed, Account: graph.FirstAccount, Code: code, Subcode: subcode));
        var run = await CreateAsync(graph);
        await graph.AdvanceAsync(TimeSpan.FromMinutes(13));

        var state = await graph.GetAsync($"{run}?fields=async_status");

        Assert.Equal("Job Failed", state.Text("async_status"));
        Assert.Equal((expected, expectedSubcode), (state.GetProperty("error_code").GetInt32(), state.GetProperty("error_subcode").GetInt32()));
        Assert.NotEmpty(state.Text("error_user_msg"));
        Assert.Equal(2601, (await (await graph.SendAsync($"{run}/insights")).ErrorAsync()).Code);
        Assert.NotEmpty(await RunAsync(graph));
    }

    [Fact]
    public async Task A_run_is_skipped_or_stalls_when_it_is_told_to()
    {
        await using var graph = await StartAsync(Slow);
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ReportSkipped));
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ReportStalled, Minutes: 60));
        var (skipped, stalled) = (await CreateAsync(graph), await CreateAsync(graph));
        await graph.AdvanceAsync(TimeSpan.FromMinutes(30));

        Assert.Equal("Job Skipped", (await graph.GetAsync(skipped)).Text("async_status"));
        Assert.Equal(("Job Not Started", 0, false), State(await graph.GetAsync(stalled)));
        await graph.AdvanceAsync(TimeSpan.FromMinutes(45));
        Assert.Equal("Job Completed", (await graph.GetAsync(stalled)).Text("async_status"));
    }

    [Fact]
    public async Task Runs_of_one_account_wait_for_each_other_when_few_run_at_a_time()
    {
        await using var graph = await StartAsync(Slow with { AtATime = 1 });
        var (first, second) = (await CreateAsync(graph), await CreateAsync(graph));
        await graph.AdvanceAsync(TimeSpan.FromMinutes(11));

        Assert.Equal("Job Running", (await graph.GetAsync(first)).Text("async_status"));
        Assert.Equal("Job Not Started", (await graph.GetAsync(second)).Text("async_status"));
        await graph.AdvanceAsync(TimeSpan.FromMinutes(14));
        Assert.Equal("Job Completed", (await graph.GetAsync(second)).Text("async_status"));
    }

    [Fact]
    public async Task A_run_is_gone_after_30_days_or_when_it_is_deleted()
    {
        await using var graph = await StartAsync(Slow);
        var (old, deleted) = (await CreateAsync(graph), await CreateAsync(graph));

        Assert.True((await graph.DeleteAsync(deleted)).IsSuccessStatusCode);
        Assert.Equal((400, 100, 33), await (await graph.SendAsync(deleted)).ErrorAsync());
        await graph.AdvanceAsync(TimeSpan.FromDays(29));
        Assert.True((await graph.SendAsync($"{old}/insights")).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal((400, 100, 33), await (await graph.SendAsync(old)).ErrorAsync());
    }

    [Fact]
    public async Task The_id_may_come_as_a_number_and_a_wrong_question_is_refused_at_once()
    {
        await using var graph = await StartAsync(Slow with { NumericIds = true });

        var created = await GraphCaller.ReadAsync(await graph.PostAsync($"{graph.FirstAccount}/insights", Question));

        Assert.Equal(JsonValueKind.Number, created.GetProperty("report_run_id").ValueKind);
        Assert.Equal((400, 100, null), await (await graph.PostAsync($"{graph.FirstAccount}/insights", ("fields", "nonsense"))).ErrorAsync());
    }

    [Fact]
    public async Task A_report_without_rows_completes()
    {
        await using var graph = await StartAsync(Slow);
        var run = await CreateAsync(graph, ("date_preset", "today"), ("filtering", """[{"field":"spend","operator":"GREATER_THAN","value":1000000000}]"""));
        await graph.AdvanceAsync(TimeSpan.FromMinutes(13));

        Assert.Equal("Job Completed", (await graph.GetAsync(run)).Text("async_status"));
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{run}/insights"));
    }

    [Fact]
    public async Task Old_reach_in_parts_is_there_ten_times_a_day()
    {
        await using var graph = await StartAsync(Slow);
        (string, string)[] question = [("fields", "reach"), ("breakdowns", "age"), ("time_range", """{"since":"2024-06-01","until":"2026-03-05"}""")];
        HttpResponseMessage response = null!;
        for (var query = 0; query < 10; query++)
            response = await graph.PostAsync($"{graph.FirstAccount}/insights", question);
        Assert.Contains("100", response.Headers.GetValues("x-Fb-Ads-Insights-Reach-Throttle").Single(), StringComparison.Ordinal);
        var run = (await GraphCaller.ReadAsync(response)).Text("report_run_id");

        Assert.Equal((400, 4, null), await (await graph.PostAsync($"{graph.FirstAccount}/insights", question)).ErrorAsync());
        await graph.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.True((await graph.PostAsync($"{graph.FirstAccount}/insights", question)).IsSuccessStatusCode);
        Assert.All(await graph.RowsAsync($"{run}/insights"), row => Assert.True(row.Number("reach") > 0));
    }

    private static Task<GraphCaller> StartAsync(SimulatedReports reports) => GraphCaller.StartAsync(new GraphSimulatorOptions
    {
        Now = GraphCaller.Noon,
        Reports = reports,
        TimeProvider = new Testing.FixedClock(GraphCaller.Noon),
    });

    private static async Task<string> CreateAsync(GraphCaller graph, params (string, string)[] question) =>
        (await GraphCaller.ReadAsync(await graph.PostAsync($"{graph.FirstAccount}/insights", question.Length > 0 ? question : Question))).Text("report_run_id");

    private static async Task<List<JsonElement>> RunAsync(GraphCaller graph)
    {
        var run = await CreateAsync(graph);
        await graph.AdvanceAsync(TimeSpan.FromMinutes(13));
        return await graph.RowsAsync($"{run}/insights?limit=1000");
    }

    private static (string Status, int Percent, bool Running) State(JsonElement run)
    {
        Assert.True(!run.TryGetProperty("is_running", out var running) || running.GetBoolean());
        return (run.Text("async_status"), run.GetProperty("async_percent_completion").GetInt32(), running.ValueKind == JsonValueKind.True);
    }
}
