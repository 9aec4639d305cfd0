using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ReportTests
{
    private const string Started = """{"report_run_id":"6023920149050"}""";
    private const string Running = """{"id":"6023920149050","async_status":"Job Running","async_percent_completion":40,"is_running":true}""";
    private const string Completed = """{"id":"6023920149050","async_status":"Job Completed","async_percent_completion":100}""";
    private static readonly InsightsQuery Query = Pages.Query() with { Asynchronous = true };

    [Theory]
    [InlineData("""{"report_run_id":"6023920149050"}""")]
    [InlineData("""{"report_run_id":6023920149050}""")]
    [InlineData("""{"id":"6023920149050"}""")]
    public async Task A_report_is_asked_for_by_post_and_its_id_is_a_string_or_a_number(string answer)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(answer);
        await using var client = new GraphClient(graph.Address, new ManualTime());

        var run = await client.Reports.StartAsync(Query, GraphClient.AccessToken, 1, CancellationToken.None);

        var request = Assert.Single(graph.Requests);
        Assert.Equal(("POST", "/v25.0/act_361744628296290/insights", ""), (request.Method, request.Path, request.RawQuery));
        Assert.Equal(("ad", """{"since":"2026-02-01","until":"2026-02-28"}""", "1"), (request.Form["level"], request.Form["time_range"], request.Form["time_increment"]));
        Assert.False(request.Form.ContainsKey("limit"));
        Assert.Equal(("6023920149050", Pages.Account, 1), (run.Id, run.Account, run.Attempt));
        Assert.Equal(run.StartedAt.AddDays(30), run.ExpiresAt);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"report_run_id":""}""")]
    [InlineData("""{"report_run_id":"act_1/insights?x="}""")]
    public async Task A_start_without_a_usable_id_is_no_answer(string answer)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(answer);
        await using var client = new GraphClient(graph.Address, configure: options => options.MaxRetries = 0);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.Reports.StartAsync(Query, GraphClient.AccessToken, 1, CancellationToken.None));

        Assert.Equal(GraphErrorKind.InvalidAnswer, failure.Kind);
    }

    [Fact]
    public async Task A_question_is_known_again_and_differs_with_everything_that_is_asked()
    {
        await using var client = new GraphClient(new Uri("http://nowhere.invalid/"));
        var all = new[]
        {
            Query,
            Query with { Account = AdAccountId.Parse("7") },
            Query with { Report = Query.Report with { Fields = ["spend"] } },
            Query with { Report = Query.Report with { Breakdowns = ["age"] } },
            Query with { Days = new(Query.Days.Since, Query.Days.Since) },
        };

        Assert.Equal(client.Reports.Question(Query), client.Reports.Question(Query with { Permits = new CountedPermits(), PageLimit = 9 }));
        Assert.Equal(all.Length, all.Select(client.Reports.Question).Distinct().Count());
    }

    [Fact]
    public async Task Runs_of_many_accounts_are_polled_in_one_request_for_each_token()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(new ScriptedItem(Running), new ScriptedItem(Completed)).Batch(new ScriptedItem(Pages.Error(100, 33), 400));
        await using var client = new GraphClient(graph.Address);
        var other = new AccessToken("EAAotherTOKEN0123456789abcdef");
        var permits = new CountedPermits();

        var statuses = await client.Reports.PollAsync(
            [new(Run(1), GraphClient.AccessToken, permits), new(Run(2), other, permits), new(Run(3), GraphClient.AccessToken, permits)], CancellationToken.None);

        Assert.Equal([ReportState.Running, ReportState.Unknown, ReportState.Completed], statuses.Select(status => status.State));
        Assert.Equal([40, 0, 100], statuses.Select(status => status.Percent));
        Assert.Equal([GraphClient.Token, other.Reveal()], graph.Requests.Select(request => request.Form["access_token"]));
        Assert.Equal(["1001", "1003"], graph.Requests.First().BatchItems.Select(item => item.Url.Split('?')[0]));
        Assert.Contains("error_subcode", graph.Requests.First().BatchItems[0].Url, StringComparison.Ordinal);
        Assert.Equal(3, permits.Taken);
    }

    [Theory]
    [InlineData("""{"async_status":"Job Not Started","async_percent_completion":0}""", ReportState.Queued)]
    [InlineData("""{"async_status":"Job Started","async_percent_completion":0,"is_running":true}""", ReportState.Queued)]
    [InlineData("""{"async_status":"Job Running","async_percent_completion":100,"is_running":true}""", ReportState.Running)]
    [InlineData("""{"async_status":"Job Running","async_percent_completion":100}""", ReportState.Running)]
    [InlineData("""{"async_status":"Job Completed","async_percent_completion":100,"is_running":true}""", ReportState.Running)]
    [InlineData("""{"async_status":"Job Completed","async_percent_completion":99}""", ReportState.Running)]
    [InlineData("""{"async_status":"Job Completed","async_percent_completion":"100","is_running":false}""", ReportState.Completed)]
    [InlineData("""{"async_status":"Job Completed","async_percent_completion":100}""", ReportState.Completed)]
    [InlineData("""{"async_status":"Job Skipped","async_percent_completion":0}""", ReportState.Skipped)]
    [InlineData("""{"async_status":"Job Dreaming","async_percent_completion":7}""", ReportState.Running)]
    [InlineData("""{"id":"1"}""", ReportState.Unanswered)]
    public async Task Complete_is_what_status_percentage_and_flag_agree_on(string body, ReportState state) =>
        Assert.Equal(state, (await PollAsync(new ScriptedItem(body))).State);

    [Theory]
    [InlineData("\"error_code\":-3,\"error_subcode\":1504045", ReportFailure.TooLarge, Excess.Data)]
    [InlineData("\"error_code\":100,\"error_subcode\":1487534", ReportFailure.TooLarge, Excess.Data)]
    [InlineData("\"error_code\":-2,\"error_subcode\":2490547", ReportFailure.Transient, Excess.None)]
    [InlineData("\"error_code\":2,\"error_subcode\":1504043", ReportFailure.Transient, Excess.None)]
    [InlineData("\"error_code\":2,\"error_subcode\":1504041", ReportFailure.Final, Excess.None)]
    [InlineData("\"error_code\":4,\"error_subcode\":1504022", ReportFailure.Final, Excess.None)]
    [InlineData("\"error_code\":190,\"error_subcode\":463", ReportFailure.Final, Excess.None)]
    [InlineData("\"error_code\":987654", ReportFailure.Unexplained, Excess.None)]
    [InlineData("\"error_message\":\"failed\"", ReportFailure.Unexplained, Excess.None)]
    public async Task A_failed_report_says_by_its_code_what_to_do(string error, ReportFailure kind, Excess excess)
    {
        var status = await PollAsync(new ScriptedItem($$"""{"async_status":"Job Failed","async_percent_completion":30,{{error}}}"""));

        Assert.Equal((ReportState.Failed, kind, excess), (status.State, status.Kind, status.Failure!.Excess));
    }

    [Theory]
    [InlineData(2, null, ReportFailure.Transient)]
    [InlineData(17, 2446079, ReportFailure.Final)]
    [InlineData(190, 463, ReportFailure.Final)]
    public async Task A_poll_that_fails_says_nothing_of_the_report(int code, int? subcode, ReportFailure kind)
    {
        var status = await PollAsync(new ScriptedItem(Pages.Error(code, subcode), 400));

        Assert.Equal((ReportState.Unanswered, kind, code), (status.State, status.Kind, status.Failure!.Code));
    }

    [Fact]
    public async Task A_result_is_read_from_where_it_was_left()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(3)], "Mw", next: true)).Answer(Pages.Page([Pages.Row(4)], "NA"));
        await using var client = new GraphClient(graph.Address);
        var run = Run(1) with { Question = client.Reports.Question(Query), After = "Mg" };
        var next = new List<string?>();

        await foreach (var page in client.Reports.ReadAsync(Query, run, GraphClient.AccessToken, CancellationToken.None))
        {
            next.Add(page.Next);
            page.Dispose();
        }

        Assert.Equal(["Mw", null], next);
        Assert.Equal(["Mg", "Mw"], graph.Requests.Select(request => request.Query["after"].ToString()));
        Assert.All(graph.Requests, request => Assert.Equal(("/v25.0/1001/insights", "500", false), (request.Path, request.Query["limit"].ToString(), request.Query.ContainsKey("fields"))));
    }

    [Fact]
    public async Task A_run_is_never_read_as_the_answer_to_another_question()
    {
        await using var client = new GraphClient(new Uri("http://nowhere.invalid/"));
        var run = Run(1) with { Question = client.Reports.Question(Query) };
        var other = Query with { Report = Query.Report with { Fields = ["spend"] } };

        Assert.Throws<ArgumentException>(() => client.Reports.ReadAsync(other, run, GraphClient.AccessToken, CancellationToken.None));
    }

    [Fact]
    public async Task Dropping_deletes_a_run_and_one_that_is_gone_is_dropped_already()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"success":true}""").Error(100, 33).Error(190, 463);
        await using var client = new GraphClient(graph.Address);
        var poll = new ReportPoll(Run(1), GraphClient.AccessToken, CallPermits.Unlimited);

        await client.Reports.DropAsync(poll, CancellationToken.None);
        await client.Reports.DropAsync(poll, CancellationToken.None);
        await Assert.ThrowsAsync<GraphException>(() => client.Reports.DropAsync(poll, CancellationToken.None));

        Assert.All(graph.Requests, request => Assert.Equal(("DELETE", "/v25.0/1001"), (request.Method, request.Path)));
    }

    [Fact]
    public void A_run_survives_as_json()
    {
        var run = Run(1) with { Question = "q", Percent = 40, State = ReportState.Running, After = "Mg", Attempt = 2 };
        var stored = JsonSerializer.Serialize(new { run.Id, Account = run.Account.ToString(), run.Question, run.StartedAt, run.ProgressAt, run.Percent, run.State, run.After, run.Attempt });
        var read = JsonSerializer.Deserialize<JsonElement>(stored);

        Assert.Equal(run, new ReportRun
        {
            Id = read.GetProperty("Id").GetString()!,
            Account = AdAccountId.Parse(read.GetProperty("Account").GetString()!),
            Question = read.GetProperty("Question").GetString()!,
            StartedAt = read.GetProperty("StartedAt").GetDateTimeOffset(),
            ProgressAt = read.GetProperty("ProgressAt").GetDateTimeOffset(),
            Percent = read.GetProperty("Percent").GetInt32(),
            State = (ReportState)read.GetProperty("State").GetInt32(),
            After = read.GetProperty("After").GetString(),
            Attempt = read.GetProperty("Attempt").GetInt32(),
        });
    }

    private static async Task<ReportStatus> PollAsync(ScriptedItem item)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(item);
        await using var client = new GraphClient(graph.Address);
        return Assert.Single(await client.Reports.PollAsync([new ReportPoll(Run(1), GraphClient.AccessToken, CallPermits.Unlimited)], CancellationToken.None));
    }

    private static ReportRun Run(int number) => new()
    {
        Id = $"{1000 + number}",
        Account = AdAccountId.Parse(number.ToString()),
        Question = "q",
        StartedAt = DateTimeOffset.UnixEpoch,
        ProgressAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>The whole way of one query, with time in the test's hand.</summary>
    public sealed class Followed
    {
        [Fact]
        public async Task A_query_is_asked_polled_through_the_race_and_read_with_every_call_counted()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Started)
                .Batch(new ScriptedItem(Pages.Error(100, 33, "Unsupported get request"), 400))
                .Batch(new ScriptedItem(Running))
                .Batch(new ScriptedItem(Completed))
                .Answer(Pages.Page([Pages.Row(1)], "MQ", next: true))
                .Answer(Pages.Page([Pages.Row(2)]));
            var time = new ManualTime();
            var permits = new CountedPermits();
            await using var client = new GraphClient(graph.Address, time);

            var pages = await time.PassAsync(client.ReadAllAsync(Query with { Permits = permits }));

            Assert.Equal([5, 1], pages.Select(page => page.Calls));
            Assert.Equal([3L, 6L], pages.SelectMany(page => page.Rows).Select(row => row.Impressions));
            Assert.Equal((6, 6), (permits.Taken, graph.Requests.Count));
        }

        [Fact]
        public async Task After_a_crash_the_run_is_found_again_and_not_asked_for_twice()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Started);
            var hangs = graph.Hang();
            var memory = new ReportMemory();
            var time = new ManualTime();
            using var crash = new CancellationTokenSource();
            await using (var client = new GraphClient(graph.Address, time))
            {
                var reading = client.ReadAllAsync(Query with { Reports = memory }, cancellationToken: crash.Token);
                await time.PassAsync(Task.WhenAny(hangs, reading));
                await crash.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            }

            Assert.Single(memory.Runs);
            graph.Batch(new ScriptedItem(Completed)).Answer(Pages.Page([Pages.Row(1)]));
            await using var restarted = new GraphClient(graph.Address, time);
            var pages = await time.PassAsync(restarted.ReadAllAsync(Query with { Reports = memory }));

            Assert.Single(Assert.Single(pages).Rows);
            Assert.Single(graph.Requests, request => request.Form.ContainsKey("time_range"));
            Assert.Equal("/v25.0/6023920149050/insights", graph.Requests.Last().Path);
            Assert.Empty(memory.Runs);
        }

        [Fact]
        public async Task A_failed_report_is_asked_for_once_more_and_then_the_question_is_too_large()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            const string Failed = """{"async_status":"Job Failed","async_percent_completion":0}""";
            graph.Answer(Started).Batch(new ScriptedItem(Failed)).Answer("""{"report_run_id":2}""").Batch(new ScriptedItem(Failed));
            var memory = new ReportMemory();
            var time = new ManualTime();
            await using var client = new GraphClient(graph.Address, time);

            var failure = await Assert.ThrowsAsync<GraphException>(() => time.PassAsync(client.ReadAllAsync(Query with { Reports = memory })));

            Assert.Equal((GraphErrorKind.TooMuchData, Excess.Unclear, 4), (failure.Kind, failure.Excess, failure.Calls));
            Assert.Empty(memory.Runs);
        }

        [Fact]
        public async Task A_report_that_is_too_large_is_not_asked_for_again()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Started).Batch(new ScriptedItem("""{"async_status":"Job Failed","error_code":-3,"error_subcode":1504045,"error_message":"too large"}"""));
            var time = new ManualTime();
            await using var client = new GraphClient(graph.Address, time);

            var failure = await Assert.ThrowsAsync<GraphException>(() => time.PassAsync(client.ReadAllAsync(Query)));

            Assert.Equal((GraphErrorKind.TooMuchData, Excess.Data, 2), (failure.Kind, failure.Excess, failure.Calls));
        }

        [Fact]
        public async Task A_throttle_while_polling_keeps_the_run_for_later()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Started).Batch(new ScriptedItem(Pages.Error(17, 2446079), 400));
            var memory = new ReportMemory();
            var time = new ManualTime();
            await using var client = new GraphClient(graph.Address, time);

            var failure = await Assert.ThrowsAsync<GraphException>(() => time.PassAsync(client.ReadAllAsync(Query with { Reports = memory })));

            Assert.True(failure.RateLimited);
            Assert.Equal(2, failure.Calls);
            Assert.Single(memory.Runs);
        }

        [Fact]
        public async Task A_report_that_stands_still_is_asked_for_again()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Started);
            for (var poll = 0; poll < 200; poll++)
                graph.Do(context => PlayAsync(context, graph));
            var time = new ManualTime();
            await using var client = new GraphClient(graph.Address, time);

            await time.PassAsync(client.ReadAllAsync(Query));

            Assert.Equal(2, graph.Requests.Count(request => request.Form.ContainsKey("time_range")));
        }

        // The first run never moves; the second is complete at once.
        private static async Task PlayAsync(Microsoft.AspNetCore.Http.HttpContext context, ScriptedGraph graph)
        {
            var asked = graph.Requests.Count(request => request.Form.ContainsKey("time_range"));
            var last = graph.Requests.Last();
            var status = asked == 1 ? """{"async_status":"Job Started","async_percent_completion":0}""" : Completed;
            var body = last.Form.ContainsKey("time_range") ? """{"report_run_id":2}"""
                : last.Form.ContainsKey("batch") ? JsonSerializer.Serialize(new[] { new { code = 200, body = status } })
                : Pages.Page([]);
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
        }
    }
}
