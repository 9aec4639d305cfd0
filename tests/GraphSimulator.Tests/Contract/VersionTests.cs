namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 1: the gate of versions.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData("v26.0", false)]
    [InlineData("v25.0", false)]
    [InlineData("v24.0", true)]
    [InlineData("v22.0", true)]
    public async Task A_deprecated_version_is_upgraded_with_a_warning(string version, bool warns)
    {
        await using var graph = await GraphCaller.StartAsync();

        var response = await Call(graph, version);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(version, response.Headers.GetValues("facebook-api-version").Single());
        Assert.Equal(warns, response.Headers.TryGetValues("X-Ad-Api-Version-Warning", out var warnings));
        if (warns)
            Assert.Equal($"The call has been auto-upgraded to v25.0 as {version} has been deprecated.", warnings!.Single());
    }

    [Fact]
    public async Task Which_versions_are_alive_is_an_option()
    {
        var options = new GraphSimulatorOptions { Now = GraphCaller.Noon, Versions = new SimulatedVersions(Newest: 27, OldestCurrent: 26, OldestUpgraded: 26) };
        await using var graph = await GraphCaller.StartAsync(options);

        Assert.True((await Call(graph, "v27.0")).IsSuccessStatusCode);
        Assert.Equal((400, 2635, null), await (await Call(graph, "v25.0")).ErrorAsync());
        Assert.Equal((400, 2500, null), await (await Call(graph, "v28.0")).ErrorAsync());
    }

    [Fact]
    public async Task Every_answer_names_its_version_also_a_refusal()
    {
        await using var graph = await GraphCaller.StartAsync();

        foreach (var version in new[] { "v21.0", "v99.0" })
            Assert.Equal("v26.0", (await Call(graph, version)).Headers.GetValues("facebook-api-version").Single());
    }

    private static Task<HttpResponseMessage> Call(GraphCaller graph, string version) =>
        graph.Client.GetAsync(new Uri($"{version}/{graph.FirstAccount}/insights?access_token={graph.Server.AccessToken}", UriKind.Relative));
}
