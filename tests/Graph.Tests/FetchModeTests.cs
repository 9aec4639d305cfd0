using MetaGrains.Bench.Graph;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>What the ways to read a question cost, by the benchmark's own accounts and ways, as the simulator counts it.</summary>
public sealed class FetchModeTests
{
    [Theory]
    [InlineData(1, FetchMode.AtOnce)]
    [InlineData(100, FetchMode.AtOnce)]
    [InlineData(10_000, FetchMode.AtOnce)]
    public async Task The_chosen_way_costs_the_fewest_calls(int ads, FetchMode chosen)
    {
        using var account = new MadeAccount(ads);
        await using var graph = await SimulatedGraph.StartAsync(
            new GraphSimulatorOptions { DataDirectory = account.Folder }, options => options.PageLimit = 500);
        var size = new FetchSize(account.Rows, MadeAccount.Days.Days, 500);
        var costs = new Dictionary<FetchMode, long>();
        foreach (var mode in Enum.GetValues<FetchMode>())
        {
            var before = (await graph.CallsAsync()).Count;
            Assert.Equal(account.Rows, await graph.PassAsync(ReadAsync(graph, mode)));
            costs[mode] = (await graph.CallsAsync()).Count - before;
        }

        Assert.Equal(costs[FetchMode.AtOnce], FetchModes.Calls(FetchMode.AtOnce, size));
        Assert.Equal(costs[FetchMode.Batch], FetchModes.Calls(FetchMode.Batch, size));
        Assert.InRange(costs[FetchMode.Report], FetchModes.Calls(FetchMode.Report, size) - FetchModes.Polls, FetchModes.Calls(FetchMode.Report, size) + FetchModes.Polls);
        Assert.Equal(costs.Values.Min(), costs[FetchModes.Fewest(size)]);
        Assert.Equal(chosen, FetchModes.Choose(size));
        Assert.Equal(costs.Values.Min(), costs[chosen]);
    }

    private static Task<int> ReadAsync(SimulatedGraph graph, FetchMode mode) => mode == FetchMode.Batch
        ? Ways.BatchAsync(graph.Client.Batch, SimulatedGraph.Token)
        : Ways.WalkAsync(graph.Client.Source, SimulatedGraph.Token, mode == FetchMode.Report);
}
