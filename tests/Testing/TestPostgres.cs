using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Local;
using MetaGrains.Warehouse.Migrations;
using Npgsql;

namespace MetaGrains.Testing;

/// <summary>
/// The tests' PostgreSQL server, one per checkout, shared by all test processes. It holds one template database per
/// state of the migrations; each test gets a copy of that, which takes about a tenth of a second.
/// </summary>
public sealed class TestPostgres
{
    private static readonly Lazy<Task<TestPostgres>> Shared = new(StartAsync);

    private readonly LocalPostgres _server;

    private TestPostgres(LocalPostgres server) => _server = server;

    /// <summary>Options of the server, for tests that start or look at it themselves.</summary>
    public static LocalPostgresOptions Options { get; } =
        new(Path.Combine(RepositoryRoot.Path, ".metagrains"), "tests") { Durable = false };

    public static Task<TestPostgres> SharedAsync() => Shared.Value;

    /// <summary>A server over which only the caller decides.</summary>
    internal static async Task<TestPostgres> OnAsync(LocalPostgres server)
    {
        var postgres = new TestPostgres(server);
        await postgres.EnsureTemplateAsync();
        return postgres;
    }

    /// <summary>A URL to a database of the server, which need not exist.</summary>
    public string Url(string database) => _server.DatabaseUrl(database);

    /// <summary>A new database with the current schema and no rows.</summary>
    public async Task<TestDatabase> CreateAsync()
    {
        var name = $"t_{Guid.NewGuid():N}";
        await AdministerAsync($"create database {name} template {TemplateName}");
        return new TestDatabase(this, name);
    }

    /// <summary>A new database without any schema.</summary>
    public async Task<TestDatabase> CreateEmptyAsync()
    {
        var name = $"t_{Guid.NewGuid():N}";
        await AdministerAsync($"create database {name}");
        return new TestDatabase(this, name);
    }

    public Task DropAsync(string name) => AdministerAsync($"drop database if exists {name} with (force)");

    private static string TemplateName => $"template_{Migration.SchemaHash}";

    private static async Task<TestPostgres> StartAsync()
    {
        var server = await LocalPostgres.StartAsync(Options, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        var postgres = new TestPostgres(server);
        await postgres.EnsureTemplateAsync();
        return postgres;
    }

    // Built under another name and renamed when complete, under a lock that all test processes take.
    private async Task EnsureTemplateAsync()
    {
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync();
        await ExecuteAsync(connection, "select pg_advisory_lock(hashtext('metagrains.tests.template'))");
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = TemplateName } } };
        if (await exists.ExecuteScalarAsync() is not null)
            return;
        await DropOutdatedAsync(connection);
        var building = $"{TemplateName}_new";
        await ExecuteAsync(connection, $"create database {building}");
        await using (var database = NpgsqlDataSource.Create(Connection(building)))
            await new Migrator(database, TimeProvider.System).ApplyAsync(CancellationToken.None);
        await ExecuteAsync(connection, $"alter database {building} rename to {TemplateName}");
    }

    private static async Task DropOutdatedAsync(NpgsqlConnection connection)
    {
        var outdated = new List<string>();
        await using (var command = new NpgsqlCommand("select datname from pg_database where datname like 'template\\_%' and not datistemplate or datname like 't\\_%'", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                outdated.Add(reader.GetString(0));
        }

        foreach (var name in outdated)
            await ExecuteAsync(connection, $"drop database if exists {name} with (force)");
    }

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync();
        await ExecuteAsync(connection, sql);
    }

    private string Connection(string database) => DatabaseUrl.Parse(Url(database)).ConnectionString + ";Pooling=false";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
