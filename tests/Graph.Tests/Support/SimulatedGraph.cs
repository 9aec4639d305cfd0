using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>The simulator behind a socket and the client that talks to it. Both go by one time that a test moves.</summary>
public sealed class SimulatedGraph : IAsyncDisposable
{
    public static readonly AccessToken Token = new(SimulatorTokens.Valid);
    public static readonly DateRange Month = new(new DateOnly(2026, 10, 20), new DateOnly(2026, 11, 16));

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private SimulatedGraph(GraphSimulatorServer server, GraphClient client, ManualTime time) => (Server, Client, Time) = (server, client, time);

    public GraphSimulatorServer Server { get; }

    public GraphClient Client { get; }

    public ManualTime Time { get; }

    public static async Task<SimulatedGraph> StartAsync(GraphSimulatorOptions? options = null, Action<GraphOptions>? configure = null)
    {
        var time = new ManualTime();
        var server = await GraphSimulatorServer.StartAsync((options ?? new GraphSimulatorOptions { Seed = 7 }) with { Now = time.GetUtcNow(), TimeProvider = time });
        return new SimulatedGraph(server, NewClient(server, time, configure), time);
    }

    /// <summary>Another client of the same server, as after a restart.</summary>
    public GraphClient Restarted(Action<GraphOptions>? configure = null) => NewClient(Server, Time, configure);

    public AdAccountId Account(int number = 0) => AdAccountId.Parse(Server.AccountIds[number]);

    public InsightsQuery Query(int account = 0, InsightsLevel level = InsightsLevel.Ad) =>
        new(Account(account), InsightsReport.Daily(level), Month);

    /// <summary>Lets the time pass that the work waits for, and no more.</summary>
    public Task<T> PassAsync<T>(Task<T> work) => Time.PassAsync(work);

    /// <summary>Every call that the simulator counted, batches by their items.</summary>
    public async Task<IReadOnlyList<SimulatedCall>> CallsAsync()
    {
        using var log = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Server.BaseAddress, "_sim/calls?limit=20000")));
        return [.. log.RootElement.GetProperty("calls").EnumerateArray().Where(call => call.GetProperty("cost").GetInt32() > 0).Select(call => new SimulatedCall(
            call.GetProperty("method").GetString()!,
            call.GetProperty("path").GetString()!,
            call.TryGetProperty("account", out var account) ? account.GetString() : null,
            call.GetProperty("status").GetInt32(),
            call.TryGetProperty("batched", out var batched) && batched.GetBoolean()))];
    }

    /// <summary>Asks the simulator for what no caller of Meta could.</summary>
    public async Task ControlAsync(string control, string json)
    {
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(Server.BaseAddress, $"_sim/{control}"), body);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Follows an address one step, as a browser that presses Allow does.</summary>
    public async Task<Uri> AllowAsync(Uri dialog)
    {
        using var answer = await _http.GetAsync(new Uri($"{dialog.AbsoluteUri}&sim_decision=allow"));
        return answer.Headers.Location!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static GraphClient NewClient(GraphSimulatorServer server, ManualTime time, Action<GraphOptions>? configure) =>
        new(server.BaseAddress, time, options =>
        {
            options.DialogAddress = server.BaseAddress;
            configure?.Invoke(options);
        });
}

/// <summary>A call as the simulator wrote it down.</summary>
public sealed record SimulatedCall(string Method, string Path, string? Account, int Status, bool Batched)
{
    public bool IsReportRequest => Method == "POST" && Path.Contains("/insights", StringComparison.Ordinal);
}
