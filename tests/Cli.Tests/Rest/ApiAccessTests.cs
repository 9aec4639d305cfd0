using System.Text.Json;
using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Rest;

/// <summary>Where the verbs find the API and its key.</summary>
public sealed class ApiAccessTests
{
    private const string Ready = """{"engine":"Portable","version":"1","ready":true,"silos":[],"activations":[]}""";

    [Fact]
    public async Task The_option_comes_before_the_variable_and_a_tenants_key_before_the_operators()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/cluster", Reply.Ok(Ready));

        var run = await CliRun.RunAsync(
            new() { ["METAGRAINS_API_URL"] = "http://127.0.0.1:1", ["METAGRAINS_API_KEY"] = "mine", ["METAGRAINS_OPERATOR_KEY"] = "operators" }, "",
            "cluster", "--url", api.Url.AbsoluteUri.TrimEnd('/'));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("Bearer mine", Assert.Single(api.AskedFor).Authorization);
    }

    [Fact]
    public async Task What_up_wrote_down_is_found_without_any_setting()
    {
        using var folder = new EmptyCheckout();
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/cluster", Reply.Ok(Ready));
        WriteState(folder, api, alive: true);

        var run = await CliRun.RunAsync(new() { ["METAGRAINS_ROOT"] = folder.Path }, "", "cluster");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("Bearer mgop_local", Assert.Single(api.AskedFor).Authorization);
    }

    [Fact]
    public async Task What_an_up_wrote_down_that_is_gone_is_forgotten()
    {
        using var folder = new EmptyCheckout();
        await using var api = await ScriptedApi.StartAsync();
        WriteState(folder, api, alive: false);

        var run = await CliRun.RunAsync(new() { ["METAGRAINS_ROOT"] = folder.Path, ["METAGRAINS_API_URL"] = "nowhere" }, "", "cluster");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'nowhere' is no address", run.Error, StringComparison.Ordinal);
        Assert.Empty(api.AskedFor);
    }

    [Fact]
    public async Task The_checkouts_own_key_is_never_sent_to_another_machine()
    {
        using var folder = new EmptyCheckout();
        Directory.CreateDirectory(folder.Checkout.StateDirectory);
        await File.WriteAllTextAsync(Path.Combine(folder.Checkout.StateDirectory, "operator.key"), "mgop_local");

        var run = await CliRun.RunAsync(new() { ["METAGRAINS_ROOT"] = folder.Path }, "", "cluster", "--url", "http://192.0.2.1:8080");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("No key for the API at http://192.0.2.1:8080/", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mgop_local", run.Error, StringComparison.Ordinal);
    }

    private static void WriteState(EmptyCheckout folder, ScriptedApi api, bool alive)
    {
        using var me = System.Diagnostics.Process.GetCurrentProcess();
        Directory.CreateDirectory(folder.Checkout.StateDirectory);
        File.WriteAllText(Path.Combine(folder.Checkout.StateDirectory, "operator.key"), "mgop_local\n");
        var process = new { name = "api", pid = me.Id, started_at = new DateTimeOffset(me.StartTime).AddHours(alive ? 0 : -1) };
        File.WriteAllText(
            Path.Combine(folder.Checkout.StateDirectory, "local.json"),
            JsonSerializer.Serialize(new { url = api.Url, database = "h:1/d", owner = (object?)null, processes = new[] { process } }));
    }
}
