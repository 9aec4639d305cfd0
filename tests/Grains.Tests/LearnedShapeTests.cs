using System.Globalization;
using System.Text.Json;
using MetaGrains.Bench.Graph;
using MetaGrains.Core.Schedule;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>Questions that are too large for Meta, asked by a silo over HTTP, with what it learns in PostgreSQL.</summary>
public sealed class LearnedShapeTests
{
    private const string AdsAlone = "update report_definitions set enabled = report = 'ad_daily'";

    [Fact]
    public async Task The_first_run_of_an_account_of_four_thousand_ads_learns_and_the_second_is_refused_nothing()
    {
        using var made = new MadeAccount(4_000);
        await using var cluster = await AccountCluster.StartAsync(pageLimit: 2_000, simulator: new GraphSimulatorOptions
        {
            DataDirectory = made.Folder,
            Now = MadeAccount.Now,
            Reports = new SimulatedReports { MostRacingPolls = 0 },
            DataLimits = new SimulatedDataLimits { SyncAdDays = 2_000, ReportRows = 6_000 },
            MaxRowsPerPage = 1_500,
        });
        await cluster.Database.ExecuteAsync(AdsAlone);

        await RunAsync(cluster);
        var first = await CallsAsync(cluster);
        await RunAsync(cluster);
        var second = (await CallsAsync(cluster)).Skip(first.Count).ToArray();

        Assert.Contains(first, call => call.Status >= 400);
        Assert.NotEmpty(second);
        Assert.All(second, call => Assert.Equal(200, call.Status));
        Assert.Equal(3, second.Count(call => call.IsReportRequest));
        Assert.Equal(["(12000)"], await cluster.Database.RowsAsync("select count(*) from fact_meta_daily"));
        Assert.Equal(["(t,1,1000,1,{})"], await cluster.Database.RowsAsync("select asynchronous, days, page_limit, parts, lost from report_shapes where report = 'ad_daily'"));
        Assert.Equal(
            second.Length,
            await cluster.Database.ScalarAsync<long>("select calls - retries from sync_runs where job = 'incremental' order by run_id desc limit 1"));
        Assert.Contains(
            (await cluster.Grain.GetStatusAsync())!.Facts,
            fact => fact.Topic == "report" && fact.Text.StartsWith("ad_daily: 1-day pieces by asynchronous report, pages of 1000 rows since ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("running")]
    public async Task A_silo_that_dies_while_a_report_is_made_leaves_it_to_the_next_which_asks_for_no_second_one(string state)
    {
        using var made = new MadeAccount(20);
        await using var cluster = await AccountCluster.StartAsync(simulator: new GraphSimulatorOptions
        {
            DataDirectory = made.Folder,
            Now = MadeAccount.Now,
            Reports = new SimulatedReports { MostRacingPolls = 0, Queued = TimeSpan.FromSeconds(3), Running = TimeSpan.FromSeconds(4) },
            DataLimits = new SimulatedDataLimits { SyncAdDays = 1 },
        });
        await cluster.Database.ExecuteAsync(AdsAlone);
        var run = await AskAsync(cluster);
        await Eventually.TrueAsync(
            () => cluster.Database.ScalarAsync<bool>("select exists (select from report_runs where state = $1)", state), $"the report is {state}");

        await cluster.CrashAsync();
        await cluster.Grain.RefreshAsync();
        await SucceededAsync(cluster, run);

        Assert.Equal(["(60)"], await cluster.Database.RowsAsync("select count(*) from fact_meta_daily"));
        Assert.Single(await CallsAsync(cluster), call => call.IsReportRequest);
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from report_runs"));
    }

    [Theory]
    [InlineData(4, null, "app/361744628296290")]
    [InlineData(4, 1504022, "insights/361744628296290")]
    public async Task A_throttle_of_the_app_blocks_the_apps_scope_and_no_other(int code, int? subcode, string scope)
    {
        await using var cluster = await AccountCluster.StartAsync(app: 361744628296290);
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Error, Times: 1000, Code: code, Subcode: subcode));
        await AskAsync(cluster, MadeAccount.Days.Since.AddMonths(6));

        await Eventually.TrueAsync(
            async () => (await cluster.Budget.GetStatusAsync()).Scopes.Any(one => one.BlockedUntil is not null), "something is blocked");

        Assert.Equal([scope], (await cluster.Budget.GetStatusAsync()).Scopes.Where(one => one.BlockedUntil is not null).Select(one => one.Scope));
    }

    private static async Task RunAsync(AccountCluster cluster) => await SucceededAsync(cluster, await AskAsync(cluster));

    private static async Task<long> AskAsync(AccountCluster cluster, DateOnly? day = null)
    {
        var days = day is { } only ? new Core.Time.DateRange(only, only) : MadeAccount.Days;
        var run = await new RunQueue(cluster.Database.Source, TimeProvider.System)
            .AskAsync(cluster.Account, new RunAsk(SyncJob.Incremental, days, null, "api"), default);
        await cluster.Grain.RefreshAsync();
        return run;
    }

    private static Task SucceededAsync(AccountCluster cluster, long run) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", run) == "succeeded", $"run {run} succeeds");

    // Insights, and reports by their number; the job entities reads the account's objects meanwhile.
    private static bool ReadsInsights(string path)
    {
        var last = path.Split('?')[0].Split('/')[^1];
        return last == "insights" || last.All(char.IsAsciiDigit);
    }

    private static async Task<IReadOnlyList<InsightsCall>> CallsAsync(AccountCluster cluster)
    {
        using var http = new HttpClient();
        using var log = JsonDocument.Parse(await http.GetStringAsync(new Uri(cluster.Simulator.BaseAddress, "_sim/calls?limit=20000")));
        return [.. log.RootElement.GetProperty("calls").EnumerateArray()
            .Where(call => call.GetProperty("cost").GetInt32() > 0 && ReadsInsights(call.GetProperty("path").GetString()!))
            .Select(call => new InsightsCall(call.GetProperty("method").GetString()!, call.GetProperty("path").GetString()!, call.GetProperty("status").GetInt32()))];
    }

    private sealed record InsightsCall(string Method, string Path, int Status)
    {
        public bool IsReportRequest => Method == "POST" && Path.Contains("/insights", StringComparison.Ordinal);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method} {Path} {Status}");
    }
}
