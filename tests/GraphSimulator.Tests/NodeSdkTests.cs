namespace MetaGrains.GraphSimulator.Tests;

/// <summary>Meta's own SDK works against the simulator, unmodified but for the address.</summary>
public sealed class NodeSdkTests
{
    [NodeSdkTheory]
    [InlineData("accounts")]
    [InlineData("campaigns")]
    [InlineData("insights")]
    [InlineData("report")]
    [InlineData("batch")]
    [InlineData("errors")]
    public async Task Metas_own_SDK_gets_what_it_asks_for(string scenario)
    {
        await using var graph = await GraphCaller.StartAsync();

        var (exitCode, output) = await NodeSdkInstall.RunAsync(
            "node",
            NodeSdkInstall.Sources,
            ["sdk.js", scenario],
            ("NODE_PATH", NodeSdkInstall.Modules),
            ("SIM_BASE", graph.Server.BaseAddress.ToString()),
            ("SIM_TOKEN", graph.Server.AccessToken));

        Assert.True(exitCode == 0, output);
        Assert.Contains("passed", output, StringComparison.Ordinal);
    }
}
