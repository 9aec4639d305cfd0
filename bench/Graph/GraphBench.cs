using System.Text.Json;
using MetaGrains.Bench.Measure;
using MetaGrains.Core.Sync;
using MetaGrains.Graph;
using MetaGrains.Graph.Batch;
using MetaGrains.GraphSimulator;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Bench.Graph;

/// <summary>
/// How many calls a fresh row costs: the three days of an incremental sync, for accounts of different sizes, at once, by
/// an asynchronous report and as a batch. Calls are counted by the simulator, as Meta would: each item of a batch is
/// one. The simulator runs in this process, behind a socket.
/// </summary>
internal sealed class GraphBench(int rounds)
{
    private static readonly int[] Sizes = [1, 100, 10_000];
    private static readonly AccessToken Token = new(SimulatorTokens.Valid);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        var figures = new Dictionary<string, object?> { ["rows_per_ad"] = MadeAccount.Days.Days };
        // Nothing is timed before every path has been compiled once.
        await MeasureAsync(ads: 1, rounds: 1);
        foreach (var ads in Sizes)
        {
            await Console.Error.WriteLineAsync($"metagrains: {ads} ads");
            figures[$"ads_{ads}"] = await MeasureAsync(ads, rounds);
        }

        return figures;
    }

    private static async Task<Dictionary<string, object?>> MeasureAsync(int ads, int rounds)
    {
        using var account = new MadeAccount(ads);
        await using var simulator = await GraphSimulatorServer.StartAsync(new GraphSimulatorOptions { DataDirectory = account.Folder, Now = MadeAccount.Now });
        await using var client = Client(simulator);
        var source = client.GetRequiredService<IInsightsSource>();
        var batch = client.GetRequiredService<GraphBatch>();
        var ways = new (string Name, Func<Task<int>> Read, List<Cost> Costs)[]
        {
            ("sync", () => Ways.WalkAsync(source, Token, asynchronous: false), []),
            ("async", () => Ways.WalkAsync(source, Token, asynchronous: true), []),
            ("batch", () => Ways.BatchAsync(batch, Token), []),
        };
        using var log = new CallCount(simulator.BaseAddress);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, read, costs) in ways)
                costs.Add(await CostAsync(name, read, account, log));
        }

        var result = new Dictionary<string, object?> { ["rows"] = account.Rows };
        foreach (var (name, _, costs) in ways)
            result[name] = Cost.Medians(costs, account.Rows);
        result["fewest_calls"] = Best(cost => cost.Calls);
        result["fewest_round_trips"] = Best(cost => cost.RoundTrips);
        result["fastest"] = Best(cost => cost.Seconds);
        return result;

        // All that share the first place.
        string[] Best(Func<Cost, double> figure)
        {
            var least = ways.Min(way => Pairs.Median(way.Costs.Select(figure)));
            return [.. ways.Where(way => Pairs.Median(way.Costs.Select(figure)) <= least).Select(way => way.Name)];
        }
    }

    private static async Task<Cost> CostAsync(string name, Func<Task<int>> read, MadeAccount account, CallCount log)
    {
        await log.NewAsync();
        var began = TimeProvider.System.GetTimestamp();
        var rows = await read();
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        if (rows != account.Rows)
            throw new InvalidOperationException($"{name} read {rows} rows of {account.Rows}.");
        var (calls, roundTrips) = await log.NewAsync();
        return new Cost(calls, roundTrips, seconds);
    }

    private static ServiceProvider Client(GraphSimulatorServer simulator)
    {
        var services = new ServiceCollection();
        services.AddMetaGraph(options => options.BaseAddress = simulator.BaseAddress);
        return services.BuildServiceProvider();
    }

    /// <summary>What one reading cost.</summary>
    private sealed record Cost(int Calls, int RoundTrips, double Seconds)
    {
        public static Dictionary<string, object?> Medians(IReadOnlyList<Cost> costs, int rows) => new()
        {
            ["calls"] = Pairs.Median(costs.Select(cost => (double)cost.Calls)),
            ["calls_per_fresh_row"] = Math.Round(Pairs.Median(costs.Select(cost => (double)cost.Calls)) / rows, 6),
            ["round_trips"] = Pairs.Median(costs.Select(cost => (double)cost.RoundTrips)),
            ["seconds"] = Math.Round(Pairs.Median(costs.Select(cost => cost.Seconds)), 3),
        };
    }

    /// <summary>What the simulator counted since it was last asked.</summary>
    private sealed class CallCount(Uri simulator) : IDisposable
    {
        private readonly HttpClient _http = new();
        private long _seen;

        public async Task<(int Calls, int RoundTrips)> NewAsync()
        {
            using var log = JsonDocument.Parse(await _http.GetStringAsync(new Uri(simulator, $"_sim/calls?limit=20000&since={_seen}")));
            _seen = log.RootElement.GetProperty("count").GetInt64();
            var calls = log.RootElement.GetProperty("calls").EnumerateArray().ToArray();
            return (calls.Sum(call => call.GetProperty("cost").GetInt32()), calls.Count(call => !call.TryGetProperty("batched", out _)));
        }

        public void Dispose() => _http.Dispose();
    }
}
