using System.Net.Http.Headers;
using MetaGrains.GraphSimulator;
using MetaGrains.GraphSimulator.InProcess;

namespace MetaGrains.Silo.Tests;

public sealed class InProcessGraphTests
{
    private const string Accounts = "v25.0/me/adaccounts?fields=name,currency,timezone_name&limit=2";

    private static readonly GraphSimulatorOptions World = new() { Accounts = 3, Now = new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero) };

    private static HttpClient Client(HttpMessageHandler handler, Uri address, string token = SimulatorTokens.Valid)
    {
        var client = new HttpClient(handler) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    [Fact]
    public async Task It_answers_what_the_server_answers_whatever_the_host()
    {
        await using var server = await GraphSimulatorServer.StartAsync(World);
        using var graph = new InProcessGraph(World);
        using var remote = Client(new SocketsHttpHandler(), server.BaseAddress);
        using var local = Client(graph, server.BaseAddress);
        using var elsewhere = Client(new InProcessGraph(World), new Uri("https://no-such-host.invalid/"));
        var insights = $"v25.0/{graph.AccountIds[0]}/insights?level=ad&time_increment=1&date_preset=last_7d&fields=impressions,spend,date_start";

        foreach (var question in new[] { Accounts, insights, "v25.0/nobody" })
        {
            using var expected = await remote.GetAsync(new Uri(question, UriKind.Relative));
            using var answer = await local.GetAsync(new Uri(question, UriKind.Relative));
            Assert.Equal(expected.StatusCode, answer.StatusCode);
            Assert.Equal(expected.Content.Headers.ContentType, answer.Content.Headers.ContentType);
            Assert.Equal(await expected.Content.ReadAsStringAsync(), await answer.Content.ReadAsStringAsync());
        }

        Assert.Contains("\"data\"", await elsewhere.GetStringAsync(new Uri(Accounts, UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(server.AccountIds, graph.AccountIds);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_a_failed_request_and_a_bad_token_an_answer()
    {
        using var graph = new InProcessGraph(World);
        using var client = Client(graph, new Uri("https://no-such-host.invalid/"));
        graph.Faults.Add(new InjectedFault(FaultKind.Reset));

        var cut = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(Accounts, UriKind.Relative)));
        using var next = await client.GetAsync(new Uri(Accounts, UriKind.Relative));
        using var expired = Client(new InProcessGraph(World), client.BaseAddress!, SimulatorTokens.Expired);
        using var refused = await expired.GetAsync(new Uri(Accounts, UriKind.Relative));

        Assert.Equal(HttpRequestError.ResponseEnded, cut.HttpRequestError);
        Assert.True(next.IsSuccessStatusCode);
        Assert.Contains("463", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_is_not_served_in_process() =>
        Assert.Contains("DataDirectory", Assert.Throws<ArgumentException>(() => new InProcessGraph(World with { DataDirectory = "somewhere" })).Message, StringComparison.Ordinal);
}
