using System.Text.Json;
using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Tenants;

/// <summary>How the files of an export are written.</summary>
public enum ExportFormat
{
    /// <summary>RFC 4180, with a header; null is an empty field, an empty text is quoted.</summary>
    Csv,

    /// <summary>One JSON object per line.</summary>
    NdJson,
}

/// <summary>
/// Writes all that a tenant owns: a file per table that has rows, and <c>manifest.json</c> with their
/// numbers, all as of one moment. Keys and tokens are not part of it: whoever holds the files must not hold the access.
/// </summary>
public sealed class TenantExport(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Name of the file that lists the others.</summary>
    public const string Manifest = "manifest.json";

    // A large table is read twice, once to be counted.
    private const int StatementSeconds = 600;

    private static readonly string[] Secret = ["api_keys"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Exports a tenant into a folder, which is made; files of the same name in it are replaced.</summary>
    /// <returns>Rows by file.</returns>
    public Task<IReadOnlyDictionary<string, long>> WriteAsync(TenantId tenant, string folder, ExportFormat format, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        return WriteAsync(tenant, (name, _) => Task.FromResult<Stream>(File.Create(Path.Combine(folder, name))), format, cancellationToken);
    }

    /// <summary>Exports a tenant file by file, the manifest last.</summary>
    /// <param name="tenant">Whose rows.</param>
    /// <param name="open">Opens a file by its name; it is disposed before the next one is opened.</param>
    /// <param name="format">How the files are written.</param>
    /// <param name="cancellationToken">Gives up; what was written is not whole then.</param>
    /// <returns>Rows by file.</returns>
    public async Task<IReadOnlyDictionary<string, long>> WriteAsync(
        TenantId tenant, Func<string, CancellationToken, Task<Stream>> open, ExportFormat format, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var files = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await TenantTables.FindAsync(connection, cancellationToken))
        {
            if (Secret.Contains(table.Table))
                continue;
            // COPY takes no parameters; an id in its one text form can be nothing but an id.
            var rows = $"from {table.Name} where {table.Column} = '{tenant.Value:D}'";
            await using var count = new NpgsqlCommand($"select count(*) {rows}", connection) { CommandTimeout = StatementSeconds };
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! is not (> 0 and var number))
                continue;
            var file = FileOf(table, format);
            await using (var stream = await open(file, cancellationToken))
                await CopyAsync(connection, Copy(rows, format), stream, cancellationToken);
            files.Add(file, number);
        }

        await using (var manifest = await open(Manifest, cancellationToken))
        {
            await JsonSerializer.SerializeAsync(
                manifest, new { tenant = tenant.ToString(), exported_at = clock.GetUtcNow(), files }, Indented, cancellationToken);
        }

        return files;
    }

    // CSV would need its quote and delimiter kept out of JSON text; characters that JSON never holds raw serve for that.
    private static string Copy(string rows, ExportFormat format) => format == ExportFormat.Csv
        ? $"copy (select * {rows}) to stdout (format csv, header)"
        : $"copy (select row_to_json(t) from (select * {rows}) t) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')";

    private static string FileOf(TenantTable table, ExportFormat format)
    {
        var name = table.Name.StartsWith("public.", StringComparison.Ordinal) ? table.Table : table.Name;
        return name + (format == ExportFormat.Csv ? ".csv" : ".ndjson");
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string sql, Stream file, CancellationToken cancellationToken)
    {
        using var reader = await connection.BeginTextExportAsync(sql, cancellationToken);
        await using var writer = new StreamWriter(file, leaveOpen: true);
        var buffer = new char[32 * 1024];
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
            await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }
}
