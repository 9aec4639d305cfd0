using MetaGrains.Warehouse;
using Npgsql;

namespace MetaGrains.Testing;

/// <summary>A database of one test, with one pool; dropped when the test ends.</summary>
public sealed class TestDatabase(TestPostgres server, string name) : IAsyncDisposable
{
    public string Name => name;

    public string Url => server.Url(name);

    public NpgsqlDataSource Source { get; } =
        WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = server.Url(name), MaxConnections = 10 });

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>All rows as text, one string per row, in the order of the query.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql, params object[] parameters)
    {
        await using var command = Command($"select t::text from ({sql}) as t", parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await server.DropAsync(name);
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = Source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
