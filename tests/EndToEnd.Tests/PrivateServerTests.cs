using Npgsql;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>The user's first command, in a folder of its own, with nothing set.</summary>
public sealed class PrivateServerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("metagrains-e2e-").FullName;

    [Fact]
    public async Task The_demo_needs_nothing_leaves_its_data_and_stops_what_it_started()
    {
        var first = await RunAsync("demo", "--in-process", "--accounts", "3", "--json");
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.True(first.Json.GetProperty("match").GetBoolean());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => CountAsync(first));

        var again = await RunAsync("demo", "--in-process", "--accounts", "3", "--keep", "--json");
        try
        {
            Assert.Equal(0, again.Json.GetProperty("rows_inserted").GetInt32());
            Assert.Equal(first.Json.GetProperty("rows").GetInt64(), await CountAsync(again));
        }
        finally
        {
            var down = await RunAsync("down", "--json");
            Assert.True(down.Json.GetProperty("stopped").GetBoolean());
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => CountAsync(again));
    }

    [Fact]
    public async Task Migrate_says_what_is_missing_applies_it_once_and_doctor_agrees()
    {
        var dry = await RunAsync("migrate", "--dry-run", "--json");
        var real = await RunAsync("migrate", "--json");
        var twice = await RunAsync("migrate", "--json");
        var doctor = await RunAsync("doctor", "--json");

        Assert.Equal("empty", dry.Json.GetProperty("schema_mode").GetString());
        Assert.Equal(dry.Json.GetProperty("missing").GetArrayLength(), real.Json.GetProperty("applied").GetArrayLength());
        Assert.NotEqual(0, real.Json.GetProperty("partitions_made").GetInt32());
        Assert.Equal(0, twice.Json.GetProperty("applied").GetArrayLength());
        Assert.Equal(0, doctor.ExitCode);
        Assert.Equal("extended", doctor.Json.GetProperty("schema_mode").GetString());
        Assert.True(doctor.Json.GetProperty("healthy").GetBoolean());
    }

    [Fact]
    public async Task The_default_tiers_interval_is_taken_from_the_environment_by_the_first_migration_and_never_again()
    {
        var bad = await RunAsync(Minutes("0"), "migrate", "--json");
        var first = await RunAsync(Minutes("75"), "migrate", "--json");
        var second = await RunAsync(Minutes("30"), "demo", "--in-process", "--keep", "--json");
        try
        {
            Assert.Equal(2, bad.ExitCode);
            Assert.Contains("PERFORMANCE_SYNC_INTERVAL_MINUTES", bad.Error, StringComparison.Ordinal);
            Assert.True(first.ExitCode == 0, first.Error);
            Assert.Equal(75, await ScalarAsync<int>(second, "select interval_minutes from meta_sync_config where tier = 'medium'"));
            Assert.Equal(60, await ScalarAsync<int>(second, "select interval_minutes from meta_sync_config where tier = 'high'"));
        }
        finally
        {
            await RunAsync("down", "--json");
        }

        static Dictionary<string, string?> Minutes(string minutes) => new() { ["PERFORMANCE_SYNC_INTERVAL_MINUTES"] = minutes };
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<CliResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private Task<CliResult> RunAsync(Dictionary<string, string?> variables, params string[] arguments) => CliProcess.RunAsync(_root, variables, arguments);

    private static Task<long> CountAsync(CliResult demo) => ScalarAsync<long>(demo, "select count(*) from fact_meta_daily");

    private static async Task<T> ScalarAsync<T>(CliResult demo, string sql)
    {
        var connection = Warehouse.DatabaseUrl.Parse(demo.Json.GetProperty("database_url").GetString()!);
        connection.Pooling = false;
        await using var source = NpgsqlDataSource.Create(connection.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
