using MetaGrains.Core.Accounts;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.Graph.Usage;
using MetaGrains.Testing;

namespace MetaGrains.Graph.Tests;

public sealed class BatchTests
{
    private static readonly ScriptedItem LateItem = new(Pages.Error(960, null, "Request timed out"), 400);

    [Fact]
    public async Task Items_go_out_in_one_form_with_the_token_in_the_body_and_never_in_a_url()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(new ScriptedItem("""{"id":"1"}"""), new ScriptedItem("""{"id":"2"}"""));
        await using var client = new GraphClient(graph.Address, configure: options => options.AppSecret = "shh!");
        var post = new GraphRequest("report", "act_2/insights", AdAccountId.Parse("2")) { Method = HttpMethod.Post }.With("level", "ad").With("x", "a b&c");

        var answers = await client.Batch.SendAsync([Request(1).With("fields", "id,name"), post], GraphClient.AccessToken, CancellationToken.None);

        var request = Assert.Single(graph.Requests);
        Assert.Equal(("POST", "/v25.0/", ""), (request.Method, request.Path, request.RawQuery));
        Assert.Equal((GraphClient.Token, "true"), (request.Form["access_token"], request.Form["include_headers"]));
        Assert.Equal(AppSecretProof.Of(GraphClient.AccessToken, "shh!"), request.Form["appsecret_proof"]);
        Assert.Equal([("GET", "act_1?fields=id%2Cname", ""), ("POST", "act_2/insights", "level=ad&x=a%20b%26c")], request.BatchItems);
        Assert.Equal(["""{"id":"1"}""", """{"id":"2"}"""], answers.Select(Text));
    }

    [Fact]
    public async Task More_than_fifty_items_are_split_and_keep_their_order()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        foreach (var size in new[] { 50, 50, 7 })
            Echo(graph, size);
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(107), GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal([50, 50, 7], graph.Requests.Select(request => request.BatchItems.Count));
        Assert.Equal(Enumerable.Range(1, 107).Select(number => $"act_{number}"), answers.Select(Text));
        Assert.All(answers, answer => Assert.Equal(1, answer.Calls));
    }

    [Fact]
    public async Task Only_items_that_timed_out_inside_are_sent_again()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(new ScriptedItem("{}"), null, new ScriptedItem(Pages.Error(100, 33), 400), LateItem, new ScriptedItem(Pages.Error(2), 500))
            .Batch(null, new ScriptedItem("""{"late":1}"""))
            .Batch(new ScriptedItem("""{"late":2}"""));
        var permits = Enumerable.Range(1, 5).Select(_ => new CountedPermits()).ToArray();
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(5, permits), GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal(["act_1 act_2 act_3 act_4 act_5", "act_2 act_4", "act_2"], graph.Requests.Select(Urls));
        Assert.Equal(["{}", """{"late":2}""", "", """{"late":1}""", ""], answers.Select(Text));
        Assert.Equal([null, null, GraphErrorKind.Gone, null, GraphErrorKind.Transient], answers.Select(answer => answer.Failure?.Kind));
        Assert.Equal([1, 3, 1, 2, 1], answers.Select(answer => answer.Calls));
        Assert.Equal([1, 3, 1, 2, 1], permits.Select(permit => permit.Taken));
    }

    [Fact]
    public async Task An_item_that_never_gets_its_turn_is_a_transient_failure_of_its_own()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(new ScriptedItem("{}"), null);
        for (var retry = 0; retry < 3; retry++)
            graph.Batch([null]);
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(2), GraphClient.AccessToken, CancellationToken.None);

        Assert.Null(answers[0].Failure);
        Assert.Equal((GraphErrorKind.Transient, 960, 4), (answers[1].Failure!.Kind, answers[1].Failure!.Code, answers[1].Calls));
    }

    [Fact]
    public async Task Retries_inside_a_batch_wait_1_2_and_4_seconds()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 4; call++)
            graph.Batch([null]);
        var time = new ManualTime();
        await using var client = new GraphClient(graph.Address, time);

        var sending = client.Batch.SendAsync(Requests(1), GraphClient.AccessToken, CancellationToken.None);
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            var delay = await time.TimerStartedAsync(atMost: TimeSpan.FromSeconds(10));
            Assert.Equal(seconds, delay.TotalSeconds, precision: 6);
            time.Advance(delay);
        }

        Assert.NotNull(Assert.Single(await sending).Failure);
    }

    [Fact]
    public async Task Each_items_headers_are_credited_to_its_account_also_those_of_errors()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(
            new ScriptedItem("{}", 200, ("x-business-use-case-usage", """{"1":[{"type":"ads_insights","call_count":30}]}""")),
            new ScriptedItem(Pages.Error(17, 2446079), 400, ("X-Ad-Account-Usage", """{"acc_id_util_pct":100,"reset_time_duration":60}""")));
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(2), GraphClient.AccessToken, CancellationToken.None);

        var items = client.Observed.Where(seen => seen.Call.Account is not null).ToArray();
        Assert.Equal(["act_1 200", "act_2 400"], items.Select(seen => $"{seen.Call.Account} {seen.Call.Status}"));
        Assert.Equal(30, Assert.Single(items[0].Usage.Business).CallCount);
        Assert.Equal(new AdAccountUsage(100, TimeSpan.FromSeconds(60), null), items[1].Usage.AdAccount);
        Assert.Equal((ThrottleScope.AccountScore, TimeSpan.FromSeconds(60)), (answers[1].Failure!.Scope, answers[1].Failure!.RetryAfter));
        Assert.Contains("adaccount of act_2", answers[1].Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_fails_whole_fails_its_items_and_no_others()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        Echo(graph, 50);
        graph.Error(190, 463);
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(52), GraphClient.AccessToken, CancellationToken.None);

        Assert.All(answers.Take(50), answer => Assert.Null(answer.Failure));
        Assert.All(answers.Skip(50), answer => Assert.Equal((GraphErrorKind.Reauthorise, 1), (answer.Failure!.Kind, answer.Calls)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"code":200,"body":"{}"}]""")]
    [InlineData("""[{"code":200,"body":"{}"},{"body":"{}"}]""")]
    [InlineData("""[{"code":200,"body":"{}"},7]""")]
    [InlineData("{}")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_no_batch_is_sent_again(string body)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(body).Batch(new ScriptedItem("1"), new ScriptedItem("2"));
        var permits = new CountedPermits();
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(2, permits, permits), GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal(["1", "2"], answers.Select(Text));
        Assert.All(answers, answer => Assert.Equal(2, answer.Calls));
        Assert.Equal(4, permits.Taken);
    }

    [Fact]
    public async Task An_item_without_success_and_without_an_error_of_Metas_is_no_answer()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Batch(new ScriptedItem("<html>", 503), new ScriptedItem("", 429));
        await using var client = new GraphClient(graph.Address);

        var answers = await client.Batch.SendAsync(Requests(2), GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal([GraphErrorKind.InvalidAnswer, GraphErrorKind.Throttled], answers.Select(answer => answer.Failure!.Kind));
    }

    [RecordedDataFact]
    public async Task Recorded_batches_are_read()
    {
        var folder = Path.Combine(RepositoryRoot.RecordedData!, "graph_batch_2019");
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(await File.ReadAllTextAsync(Path.Combine(folder, "fb_batch_response.json")))
            .Answer(await File.ReadAllTextAsync(Path.Combine(folder, "fb_batch_error_response.json")));
        await using var client = new GraphClient(graph.Address);

        var served = await client.Batch.SendAsync(Requests(2), GraphClient.AccessToken, CancellationToken.None);
        var refused = await client.Batch.SendAsync(Requests(2), GraphClient.AccessToken, CancellationToken.None);

        Assert.All(served, answer => Assert.True(answer.Failure is null && answer.Body.Length > 0));
        Assert.All(refused, answer => Assert.Equal((GraphErrorKind.Gone, 803, 404), (answer.Failure!.Kind, answer.Failure!.Code, answer.Failure!.Status)));
        Assert.Equal(4, client.Observed.Count(seen => seen.Usage.App == new AppUsage(0, 0, 0)));
    }

    private static void Echo(ScriptedGraph graph, int size) => graph.Do(async context =>
    {
        var items = graph.Requests.Last().BatchItems;
        Assert.Equal(size, items.Count);
        await context.Response.Body.WriteAsync(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            items.Select(item => new { code = 200, headers = Array.Empty<string>(), body = item.Url })));
    });

    private static GraphRequest Request(int number, CountedPermits? permits = null)
    {
        var account = AdAccountId.Parse(number.ToString());
        return new GraphRequest("adaccount", account.ToString(), account) { Permits = permits ?? new CountedPermits() };
    }

    private static GraphRequest[] Requests(int count, params CountedPermits[] permits) =>
        [.. Enumerable.Range(1, count).Select(number => Request(number, permits.Length == 0 ? null : permits[number - 1]))];

    private static string Urls(SeenRequest request) => string.Join(' ', request.BatchItems.Select(item => item.Url));

    private static string Text(BatchAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Body.Span);
}
