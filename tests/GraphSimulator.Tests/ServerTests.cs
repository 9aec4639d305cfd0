using System.Net;
using System.Net.Sockets;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class ServerTests
{
    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        await using var first = await GraphCaller.StartAsync();
        var options = new GraphSimulatorOptions { Urls = first.Server.BaseAddress.ToString() };
        var e = await Assert.ThrowsAsync<GraphSimulatorStartException>(() => GraphSimulatorServer.StartAsync(options));
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains($"{first.Server.BaseAddress}: something else listens there; stop it, or choose another port", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told_in_one_line()
    {
        var options = new GraphSimulatorOptions { Urls = "http://203.0.113.7:8080" };
        var e = await Assert.ThrowsAsync<GraphSimulatorStartException>(() => GraphSimulatorServer.StartAsync(options));
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task Nonsense_options_are_refused_by_name()
    {
        foreach (var (options, name) in new (GraphSimulatorOptions, string)[]
            {
                (new() { Accounts = 0 }, "Accounts"),
                (new() { Accounts = 10_000_001 }, "Accounts"),
                (new() { Urls = "nowhere" }, "Urls"),
                (new() { Urls = "https://127.0.0.1:0" }, "Urls"),
                (new() { DataDirectory = "" }, "DataDirectory"),
                (new() { MaxRowsPerPage = 0 }, "MaxRowsPerPage"),
            })
        {
            var e = await Assert.ThrowsAsync<ArgumentException>(() => GraphSimulatorServer.StartAsync(options));
            Assert.Contains($"GraphSimulatorOptions.{name}: ", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nothing_listens_after_dispose()
    {
        var graph = await GraphCaller.StartAsync();
        var port = graph.Server.BaseAddress.Port;
        await graph.DisposeAsync();
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task Waiting_for_shutdown_ends_with_its_token_or_the_server()
    {
        await using var graph = await GraphCaller.StartAsync();
        using var cancel = new CancellationTokenSource();
        var byToken = graph.Server.WaitForShutdownAsync(cancel.Token);
        var byServer = graph.Server.WaitForShutdownAsync();
        Assert.False(byToken.IsCompleted);
        await cancel.CancelAsync();
        await byToken;
        Assert.False(byServer.IsCompleted);
        await graph.Server.DisposeAsync();
        await byServer;
    }

    [Fact]
    public async Task The_clock_starts_where_it_is_told_and_moves_with_its_source()
    {
        var source = new MovedTime(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, TimeProvider = source });
        Assert.Equal(GraphCaller.Noon, graph.Server.Clock.GetUtcNow());
        var before = await graph.RowsAsync($"{graph.FirstAccount}/insights?date_preset=today");
        source.Time += TimeSpan.FromDays(1);
        var after = await graph.RowsAsync($"{graph.FirstAccount}/insights?date_preset=today");
        Assert.Equal(("2026-03-06", "2026-03-07"), (before.Single().Text("date_start"), after.Single().Text("date_start")));
    }

    [Fact]
    public async Task A_url_may_name_hundreds_of_ids()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ids = string.Join(',', Enumerable.Range(0, 500).Select(place => $"\"{120_240_000_000_000_000 + place}\""));
        var filter = Uri.EscapeDataString($$"""[{"field":"ad.id","operator":"IN","value":[{{ids}}]}]""");
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/insights?level=ad&filtering={filter}"));
    }

    private sealed class MovedTime(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Time { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Time;
    }
}
