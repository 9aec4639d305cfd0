namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 6: too much data, in every form.</summary>
public sealed class DataLimitTests
{
    private const string Week = "time_increment=1&level=ad&fields=spend,impressions&date_preset=last_7d";

    [Fact]
    public async Task Too_many_data_points_are_refused_whatever_the_page_size()
    {
        await using var graph = await StartAsync(new SimulatedDataLimits { DataPointsPerCall = 2_000 });
        var account = graph.FirstAccount;

        Assert.True((await graph.SendAsync($"{account}/insights?{Week}")).IsSuccessStatusCode);
        foreach (var larger in new[] { "&breakdowns=age,gender", "&breakdowns=age,gender&limit=1" })
            Assert.Equal((400, 100, 1487534), await (await graph.SendAsync($"{account}/insights?{Week}{larger}")).ErrorAsync());
        var run = await CreateAsync(graph, ("level", "ad"), ("time_increment", "1"), ("date_preset", "last_90d"), ("fields", "spend,impressions"));
        Assert.Equal((100, 1487534), await FailureAsync(graph, run));
    }

    [Theory]
    [InlineData(false, 400, 100, 1504018)]
    [InlineData(true, 500, 2, 1504038)]
    public async Task A_sync_read_of_too_many_days_runs_out_of_time_and_a_report_does_not(bool asService, int status, int code, int subcode)
    {
        await using var graph = await StartAsync(new SimulatedDataLimits { SyncAdDays = 400, SyncTimeoutIsService = asService });
        var account = graph.FirstAccount;

        Assert.True((await graph.SendAsync($"{account}/insights?{Week}")).IsSuccessStatusCode);
        Assert.Equal((status, code, subcode), await (await graph.SendAsync($"{account}/insights?level=account&date_preset=last_90d")).ErrorAsync());
        var run = await CreateAsync(graph, ("level", "account"), ("date_preset", "last_90d"));
        Assert.NotEmpty(await graph.RowsAsync($"{run}/insights"));
    }

    [Fact]
    public async Task A_report_of_too_many_rows_fails()
    {
        await using var graph = await StartAsync(new SimulatedDataLimits { ReportRows = 50 });

        var run = await CreateAsync(graph, ("level", "ad"), ("time_increment", "1"), ("date_preset", "last_90d"));

        Assert.Equal((-3, 1504045), await FailureAsync(graph, run));
        Assert.NotEmpty(await graph.RowsAsync($"{await CreateAsync(graph, ("level", "account"))}/insights"));
    }

    [Fact]
    public async Task A_page_of_too_many_rows_is_code_1_also_of_a_report()
    {
        await using var graph = await StartAsync(new SimulatedDataLimits(), mostRows: 500);
        var run = await CreateAsync(graph, ("level", "ad"));

        Assert.Equal((500, 1, null), await (await graph.SendAsync($"{graph.FirstAccount}/insights?limit=501")).ErrorAsync());
        Assert.Equal((500, 1, null), await (await graph.SendAsync($"{run}/insights?limit=501")).ErrorAsync());
        Assert.True((await graph.SendAsync($"{run}/insights?limit=500")).IsSuccessStatusCode);
    }

    private static Task<GraphCaller> StartAsync(SimulatedDataLimits limits, int mostRows = 10_000) => GraphCaller.StartAsync(new GraphSimulatorOptions
    {
        Now = GraphCaller.Noon,
        DataLimits = limits,
        MaxRowsPerPage = mostRows,
        Reports = new SimulatedReports { Queued = TimeSpan.Zero, Started = TimeSpan.Zero, Running = TimeSpan.Zero, MostRacingPolls = 0 },
    });

    private static async Task<string> CreateAsync(GraphCaller graph, params (string, string)[] question) =>
        (await GraphCaller.ReadAsync(await graph.PostAsync($"{graph.FirstAccount}/insights", question))).Text("report_run_id");

    private static async Task<(int, int)> FailureAsync(GraphCaller graph, string run)
    {
        var state = await graph.GetAsync(run);
        Assert.Equal("Job Failed", state.Text("async_status"));
        return (state.GetProperty("error_code").GetInt32(), state.GetProperty("error_subcode").GetInt32());
    }
}
