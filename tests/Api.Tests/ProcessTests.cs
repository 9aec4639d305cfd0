using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Tests.Support;
using MetaGrains.Testing;

namespace MetaGrains.Api.Tests;

/// <summary>The API as operators start and stop it.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await TestPostgres.SharedAsync()).CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task It_says_where_it_listens_serves_and_stops_when_its_input_closes()
    {
        using var program = ApiProgram.Start(_database, ["--stop-with-stdin"]);
        var ready = JsonNode.Parse((await program.LineAsync())!)!;
        using var http = new HttpClient { BaseAddress = new Uri((string)ready["url"]!) };

        var health = await http.GetStringAsync("/healthz");
        program.Input.Close();
        var (code, output, error) = await program.EndAsync();

        Assert.True((bool)ready["ready"]!);
        Assert.Equal("""{"status":"ok"}""", health);
        Assert.Equal((0, ""), (code, output));
        Assert.Contains("/healthz 200", error, StringComparison.Ordinal);
        Assert.Contains("schemaMode: extended", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stops_on_a_signal()
    {
        using var program = ApiProgram.Start(_database, []);
        Assert.NotNull(await program.LineAsync());

        using (var kill = Process.Start("kill", ["-TERM", program.Id.ToString()]))
            await kill.WaitForExitAsync();

        Assert.Equal(0, (await program.EndAsync()).Code);
    }

    [Fact]
    public async Task A_database_that_lacks_a_step_ends_it_with_2_and_the_command_that_mends_it()
    {
        await _database.ExecuteAsync("delete from schema_migrations where version = (select max(version) from schema_migrations)");
        using var program = ApiProgram.Start(_database, []);

        var (code, output, error) = await program.EndAsync();

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            $"The database's schema is outdated: 1 migrations are missing ({Warehouse.Migrations.Migration.All[^1].Name}). Run ./metagrains migrate.",
            Assert.Single(error.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task A_bad_configuration_ends_it_with_2_and_one_line()
    {
        using var program = ApiProgram.Start(_database, [], (ApiSettings.OperatorKeyKey, "short"));

        var (code, output, error) = await program.EndAsync();

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("METAGRAINS_OPERATOR_KEY", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("http://127.0.0.1:notaport")]
    public async Task An_address_that_is_none_ends_it_with_2_and_one_line(string url)
    {
        using var program = ApiProgram.Start(_database, ["--urls", url]);

        var (code, output, error) = await program.EndAsync();

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("--urls", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_address_ends_it_with_3_and_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var program = ApiProgram.Start(_database, ["--urls", $"http://{taken.LocalEndpoint}"], ("LOG_LEVEL", "warning"));

        var (code, output, error) = await program.EndAsync();

        Assert.Equal((3, ""), (code, output));
        Assert.Contains("--urls", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
