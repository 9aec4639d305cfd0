using Npgsql;

namespace MetaGrains.Bench.Ingest;

/// <summary>The physical limit: rows that are bytes of PostgreSQL's own format already, poured into a table by one COPY.</summary>
internal sealed class EncodedRows(NpgsqlDataSource database, RivalTable table) : IDisposable
{
    private const int Chunk = 128 * 1024;

    private readonly string _file = Path.GetTempFileName();

    /// <summary>Keeps the bytes of the rows that the table holds now.</summary>
    public async Task TakeAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table.Name} ({table.ColumnNames}) to stdout (format binary)");
        await using var file = File.Create(_file);
        await rows.CopyToAsync(file, Chunk);
    }

    public async Task PourAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table.Name} ({table.ColumnNames}) from stdin (format binary)");
        await using var file = File.OpenRead(_file);
        await file.CopyToAsync(rows, Chunk);
    }

    public void Dispose() => File.Delete(_file);
}
