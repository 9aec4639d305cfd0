using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Migrations;
using Npgsql;

namespace MetaGrains.Bench.Measure;

/// <summary>
/// A database of its own with the product's tables, dropped at the end. It has one connection, so that one backend does
/// all the work and its CPU is the work's.
/// </summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private const int Patience = 3600;

    private readonly string _url;
    private readonly string _name;

    private ScratchDatabase(string url, string name, string connectionString)
    {
        (_url, _name, ConnectionString) = (url, name, connectionString);
        Source = new NpgsqlDataSourceBuilder(connectionString).Build();
    }

    public string Name => _name;

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<ScratchDatabase> CreateAsync(string url, string suffix = "")
    {
        var name = $"metagrains_bench_{Environment.ProcessId}{suffix}";
        await AdministerAsync(url, $"create database {name}");
        var connection = DatabaseUrl.Parse(url);
        connection.Database = name;
        connection.MaxPoolSize = 1;
        connection.CommandTimeout = Patience;
        var database = new ScratchDatabase(url, name, connection.ConnectionString);
        try
        {
            await new Migrator(database.Source, TimeProvider.System).ApplyAsync(default);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await AdministerAsync(_url, $"drop database if exists {_name} with (force)");
    }

    private static async Task AdministerAsync(string url, string sql)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse(url).ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
