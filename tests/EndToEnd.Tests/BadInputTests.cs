using System.Net;
using System.Net.Sockets;
using MetaGrains.Testing;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>Each mistake is answered with one line that says what to do, an exit code that is not 0, and nothing left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly string _root = Directory.CreateTempSubdirectory("metagrains-bad-").FullName;

    public static TheoryData<int, string, string[]> Lines() => new()
    {
        { 2, "Unrecognized command or argument 'nonsense'", ["nonsense"] },
        { 2, "--accounts must be 1 to 100000, not 0.", ["demo", "--in-process", "--accounts", "0"] },
        { 2, "--since must be a day as YYYY-MM-DD, not '2026-02-30'.", ["demo", "--in-process", "--since", "2026-02-30"] },
        { 2, "The dates are reversed: --until 2026-02-01 is before --since 2026-03-01.", ["demo", "--in-process", "--since", "2026-03-01", "--until", "2026-02-01"] },
        { 2, "--account must be act_ followed by digits", ["demo", "--in-process", "--account", "act_12x"] },
        { 2, "is not a folder.", ["demo", "--in-process", "--data", "/does/not/exist"] },
        { 2, "is not one http address", ["graph-sim", "--urls", "nowhere"] },
        { 2, "'nothing' not recognized", ["bench", "nothing"] },
        { 2, "--table-rows must be numbers from 1 to 100000000", ["bench", "ingest", "--table-rows", "1000,many"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_line_that_cannot_be_understood_starts_nothing(int exitCode, string message, string[] arguments)
    {
        var result = await RunAsync([], arguments);

        AssertRefused(result, exitCode, message);
        Assert.Equal(["encryption.key"], Directory.EnumerateFileSystemEntries(_root).SelectMany(Directory.EnumerateFileSystemEntries).Select(Path.GetFileName).Append("encryption.key").Distinct());
    }

    [Fact]
    public async Task Json_is_promised_for_failures_too()
    {
        var result = await RunAsync([], "demo", "--in-process", "--accounts", "0", "--json");

        Assert.Equal(2, result.Json.GetProperty("exit_code").GetInt32());
        Assert.Contains("--accounts", result.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", 2, "neither postgres://user:password@host:5432/database")]
    [InlineData("postgres://u:hidden-word@127.0.0.1:1/db", 3, "PostgreSQL does not answer")]
    [InlineData("postgres://u:hidden-word@127.0.0.1:5432/db?nonsense=1", 2, "an option that is not understood: nonsense")]
    public async Task A_wrong_database_url_says_so_without_its_password(string url, int exitCode, string message)
    {
        foreach (var verb in new[] { new[] { "demo", "--in-process" }, ["migrate"], ["migrate", "--dry-run"] })
        {
            var result = await RunAsync(new() { ["METAGRAINS_DATABASE_URL"] = url, ["ENCRYPTION_KEY"] = Key }, verb);

            AssertRefused(result, exitCode, message);
            Assert.DoesNotContain("hidden-word", result.Out + result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, "ENCRYPTION_KEY is not set: make one with 'openssl rand -hex 32'")]
    [InlineData("abc", "ENCRYPTION_KEY must be 64 hexadecimal digits")]
    public async Task A_database_of_ones_own_needs_a_key_of_ones_own(string? key, string message)
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var result = await RunAsync(new() { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = key }, "demo", "--in-process");

        AssertRefused(result, 2, message);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_tables where schemaname = 'public'"));
    }

    [Theory]
    [InlineData("beyond Meta's 37 months", "--since", "2020-01-01")]
    [InlineData("in the future", "--since", "2026-03-01", "--until", "2099-01-01")]
    [InlineData("The token sees no ad account act_5", "--account", "act_5")]
    public async Task What_only_the_source_can_know_is_refused_before_a_row_is_written(string message, params string[] arguments)
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var result = await RunAsync(new() { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = Key }, ["demo", "--in-process", .. arguments]);

        AssertRefused(result, 2, message);
        Assert.Equal(0, await database.ScalarAsync<long>("select (select count(*) from tenants) + (select count(*) from ad_accounts) + (select count(*) from sync_runs)"));
    }

    [Fact]
    public async Task A_malformed_data_folder_names_the_file()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

        var result = await RunAsync(new() { ["METAGRAINS_DATABASE_URL"] = database.Url, ["ENCRYPTION_KEY"] = Key }, "demo", "--in-process", "--data", folder);

        AssertRefused(result, 2, "accounts.csv is missing");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();

        var result = await RunAsync([], "graph-sim", "--urls", $"http://127.0.0.1:{((IPEndPoint)occupied.LocalEndpoint).Port}");

        AssertRefused(result, 3, "something else listens there");
    }

    [Fact]
    public async Task A_machine_without_postgresql_is_told_what_to_install()
    {
        var result = await RunAsync(new() { ["METAGRAINS_POSTGRES_BIN"] = _root }, "demo", "--in-process");

        AssertRefused(result, 3, "which holds no initdb, pg_ctl and postgres");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        // A file where the state folder belongs: that stops root, too.
        await File.WriteAllTextAsync(Path.Combine(_root, ".metagrains"), "");

        var result = await RunAsync([], "migrate");

        AssertRefused(result, 3, ".metagrains cannot be made");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<CliResult> RunAsync(Dictionary<string, string?> variables, params string[] arguments) =>
        CliProcess.RunAsync(_root, variables, arguments);

    private static void AssertRefused(CliResult result, int exitCode, string message)
    {
        Assert.True(exitCode == result.ExitCode, $"exit {result.ExitCode}: {result.Error}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Complaints);
        Assert.Empty(result.Out);
    }
}
