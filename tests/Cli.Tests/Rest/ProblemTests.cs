using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Rest;

/// <summary>What is refused or missing becomes one line and an exit code.</summary>
public sealed class ProblemTests
{
    private const string Cluster = "GET /v1/cluster";
    private const string Ready = """{"engine":"Portable","version":"1","ready":true,"silos":[],"activations":[]}""";

    [Theory]
    [InlineData(400, 2)]
    [InlineData(401, 2)]
    [InlineData(403, 2)]
    [InlineData(404, 2)]
    [InlineData(409, 2)]
    [InlineData(413, 2)]
    [InlineData(500, 1)]
    public async Task A_problem_is_one_line_with_its_fix_and_the_exit_code_of_its_kind(int status, int exit)
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, Reply.Problem(status, "That does not go.", "Do this instead.", "slug"));

        var run = await CliRun.AgainstAsync(api, "cluster", "--json");

        Assert.Equal(exit, run.ExitCode);
        Assert.Contains("slug: That does not go. Do this instead.", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(exit, run.Json.GetProperty("exit_code").GetInt32());
    }

    [Fact]
    public async Task Every_error_that_a_problem_lists_is_told()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, new Reply(
            400, """{"title":"Bad","status":400,"detail":"2 members are wrong.","errors":[{"field":"slug","detail":"Too long.","fix":"Shorten it."},{"field":"currency","detail":"Unknown.","fix":"Give EUR."}]}""",
            MediaType: "application/problem+json"));

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.Equal("metagrains: 2 members are wrong. slug: Too long. Shorten it. currency: Unknown. Give EUR.", run.Error.Trim());
    }

    [Fact]
    public async Task What_is_not_available_is_tried_again_after_the_wait_that_it_asks_for()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, Reply.Problem(503, "No silo.", "Start one.") with { RetryAfter = "1" }, Reply.Problem(503, "No silo.", "Start one."), Reply.Ok(Ready));

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(3, api.AskedFor.Count);
    }

    [Fact]
    public async Task A_wait_beyond_the_patience_is_not_begun()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, Reply.Problem(503, "No silo answers.", "Start one.") with { RetryAfter = "60" });

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("No silo answers. Start one.", run.Error, StringComparison.Ordinal);
        Assert.Single(api.AskedFor);
    }

    [Fact]
    public async Task A_server_that_is_no_MetaGrains_is_recognised()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, new Reply(404, "<html>nothing here</html>", MediaType: "text/html"));

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("HTTP 404: is that the API of MetaGrains?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_this_version_cannot_read_is_told_apart_from_a_defect()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(Cluster, Reply.Ok("""{"engine":"""));

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_ends_with_three_after_some_tries()
    {
        var run = await CliRun.RunAsync(new() { ["METAGRAINS_API_KEY"] = "k" }, "", "cluster", "--url", "http://127.0.0.1:1");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("http://127.0.0.1:1/ does not answer", run.Error, StringComparison.Ordinal);
    }
}
