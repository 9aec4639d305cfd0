using System.Net;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 10: what goes wrong below the API, for an account or a share of calls.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task A_503_has_a_body_that_is_no_json()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Http503));

        var response = await graph.SendAsync($"{graph.FirstAccount}/ads");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("Service Unavailable", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_slow_answer_is_held_back_by_the_clock_and_then_whole()
    {
        var time = new Testing.ManualTimeProvider(GraphCaller.Noon);
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { TimeProvider = time });
        var normal = await graph.GetTextAsync($"{graph.FirstAccount}/ads");
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Slow, Seconds: 70));

        var answer = graph.GetTextAsync($"{graph.FirstAccount}/ads");
        await Testing.Eventually.TrueAsync(() => Task.FromResult(time.ArmedTimers.Contains(GraphCaller.Noon.AddSeconds(70))), "the answer is held back");
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(70));

        Assert.Equal(normal, await answer);
    }

    [Fact]
    public async Task A_share_of_the_calls_goes_wrong_the_same_ones_for_the_same_seed()
    {
        await using var one = await GraphCaller.StartAsync();
        await using var two = await GraphCaller.StartAsync();

        var (first, second) = (await Outcomes(one), await Outcomes(two));

        Assert.Equal(first, second);
        Assert.InRange(first.Count(succeeded => !succeeded), 10, 50);

        static async Task<List<bool>> Outcomes(GraphCaller graph)
        {
            graph.Server.Faults.Add(new InjectedFault(FaultKind.Http500, Times: 1_000, Account: graph.FirstAccount, Share: 0.3));
            var outcomes = new List<bool>();
            for (var call = 0; call < 100; call++)
                outcomes.Add((await graph.SendAsync($"{graph.FirstAccount}?fields=id")).IsSuccessStatusCode);
            return outcomes;
        }
    }

    [Theory]
    [InlineData(100, 3191001, 400)]
    [InlineData(368, null, 400)]
    [InlineData(5000, null, 500)]
    [InlineData(613, 1996, 400)]
    public async Task Any_error_of_the_contract_can_be_injected(int code, int? subcode, int status)
    {
        await using var graph = await GraphCaller.StartAsync();

        await graph.OrderAsync("faults", new { kind = "error", code, subcode, status, account = graph.FirstAccount });

        Assert.Equal((status, code, subcode), await (await graph.SendAsync($"{graph.FirstAccount}/insights")).ErrorAsync());
        Assert.True((await graph.SendAsync($"{graph.FirstAccount}/insights")).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("""{"kind":"error"}""")]
    [InlineData("""{"kind":"slow","seconds":-1}""")]
    [InlineData("""{"kind":"html","share":0}""")]
    [InlineData("""{"kind":"error","code":1,"status":42}""")]
    public async Task A_fault_that_makes_no_sense_is_refused(string body)
    {
        await using var graph = await GraphCaller.StartAsync();
        using var content = new StringContent(body);

        Assert.Equal(HttpStatusCode.BadRequest, (await graph.Client.PostAsync(new Uri("_sim/faults", UriKind.Relative), content)).StatusCode);
    }

    [Fact]
    public async Task Who_has_an_answer_already_gets_304()
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/ads?fields=name";
        var tag = (await graph.SendAsync(call)).Headers.ETag!;

        using var again = new HttpRequestMessage(HttpMethod.Get, graph.Url(call));
        again.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.NotModified, (await graph.Client.SendAsync(again)).StatusCode);
        await graph.PostAsync((await graph.RowsAsync(call))[0].Text("id"), ("name", "another"));
        using var changed = new HttpRequestMessage(HttpMethod.Get, graph.Url(call));
        changed.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.OK, (await graph.Client.SendAsync(changed)).StatusCode);
    }
}
