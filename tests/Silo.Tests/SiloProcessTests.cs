using System.Net;
using System.Text.Json;
using MetaGrains.Testing;

namespace MetaGrains.Silo.Tests;

/// <summary>The process as its supervisor sees it.</summary>
public sealed class SiloProcessTests
{
    private static readonly string[] FreePort = ["--listen", "127.0.0.1:0"];

    [Fact]
    public async Task It_says_when_it_is_ready_and_where_and_ends_on_sigterm_with_success()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        using var silo = RunningSilo.Start(RunningSilo.Settings(database.Url), FreePort);

        var ready = await silo.ReadyAsync();

        Assert.True(ready.GetProperty("ready").GetBoolean());
        Assert.Contains(ready.GetProperty("engine").GetString(), (string[])["Portable", "Orleans"]);
        var gateway = IPEndPoint.Parse(ready.GetProperty("gateway").GetString()!);
        using (var client = new System.Net.Sockets.TcpClient())
            await client.ConnectAsync(gateway);
        silo.Terminate();
        var (exitCode, error) = await silo.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains($"schemaMode: extended; the last step is {Warehouse.Migrations.Migration.All[^1].Name}", error, StringComparison.Ordinal);
        Assert.Contains($"on the engine {ready.GetProperty("engine").GetString()}; its gateway is {gateway}", error, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Split('\n'), line => line.StartsWith("   ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_production_every_line_of_the_log_is_json_and_the_end_of_standard_input_stops_it_where_that_was_asked_for()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        using var silo = RunningSilo.Start(
            new Dictionary<string, string?>(RunningSilo.Settings(database.Url), StringComparer.Ordinal) { ["APP_ENV"] = "production" },
            [.. FreePort, "--stop-with-stdin"]);
        await silo.ReadyAsync();

        silo.CloseStdin();

        var (exitCode, error) = await silo.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
    }

    [Fact]
    public async Task Without_the_schema_it_does_not_start_and_names_the_command_that_makes_it()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        using var silo = RunningSilo.Start(RunningSilo.Settings(database.Url), FreePort);

        var (exitCode, error) = await silo.EndAsync();

        Assert.Equal(2, exitCode);
        Assert.Contains("./metagrains migrate", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_tables where schemaname in ('public', 'engine')"));
    }

    [Fact]
    public async Task An_older_schema_is_refused_too()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        await database.ExecuteAsync("delete from schema_migrations where version = (select max(version) from schema_migrations)");
        using var silo = RunningSilo.Start(RunningSilo.Settings(database.Url), FreePort);

        var (exitCode, error) = await silo.EndAsync();

        Assert.Equal(2, exitCode);
        Assert.Contains($"outdated: 1 migrations are missing ({Warehouse.Migrations.Migration.All[^1].Name}). Run ./metagrains migrate.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_waited_for_and_then_given_up()
    {
        var settings = RunningSilo.Settings("postgres://nobody@127.0.0.1:1/metagrains");
        // Longer than a refused connection takes on a busy machine: only who has time left waits.
        settings["MetaGrains__Silo__DatabasePatience"] = "00:00:03";
        using var silo = RunningSilo.Start(settings, FreePort);

        var (exitCode, error) = await silo.EndAsync();

        Assert.Equal(3, exitCode);
        Assert.Contains("it is waited for", error, StringComparison.Ordinal);
        Assert.Contains("is METAGRAINS_DATABASE_URL right", error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_setting_ends_it_with_one_line_and_code_2()
    {
        var settings = RunningSilo.Settings("postgres://nobody@127.0.0.1:1/metagrains");
        settings[RunningSilo.Key] = null;
        using var silo = RunningSilo.Start(settings, FreePort);

        var (exitCode, error) = await silo.EndAsync();

        Assert.Equal(2, exitCode);
        Assert.StartsWith("metagrains silo: ENCRYPTION_KEY is not set", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var settings = RunningSilo.Settings(database.Url);
        settings["LOG_LEVEL"] = "warning";
        using var silo = RunningSilo.Start(settings, "--listen", taken.LocalEndpoint.ToString()!);

        var (exitCode, error) = await silo.EndAsync();

        Assert.Equal(3, exitCode);
        Assert.Contains("--listen: the gateway cannot listen there", error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }
}
