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
/// Writes all that a tenant owns into one folder: a file per table that has rows, and <c>manifest.json</c> with their
/// numbers, all as of one moment. Keys and tokens are not part of it: whoever holds the folder must not hold the access.
/// </summary>
public sealed class TenantExport(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Name of the file that lists the others.</summary>
    public const string Manifest = "manifest.json";

    private static readonly string[] Secret = ["api_keys"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Exports a tenant. The folder is made; files of the same name in it are replaced.</summary>
    /// <returns>Rows by file.</returns>
    public async Task<IReadOnlyDictionary<string, long>> WriteAsync(TenantId tenant, string folder, ExportFormat format, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var files = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await TenantTables.FindAsync(connection, cancellationToken))
        {
            if (Secret.Contains(table.Table))
                continue;
            // COPY takes no parameters; an id in its one text form can be nothing but an id.
            var rows = $"from {table.Name} where {table.Column} = '{tenant.Value:D}'";
            await using var count = new NpgsqlCommand($"select count(*) {rows}", connection);
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! is not (> 0 and var number))
                continue;
            var file = FileOf(table, format);
            await CopyAsync(connection, Copy(rows, format), Path.Combine(folder, file), cancellationToken);
            files.Add(file, number);
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, Manifest),
            JsonSerializer.Serialize(new { tenant = tenant.ToString(), exported_at = clock.GetUtcNow(), files }, Indented), cancellationToken);
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

    private static async Task CopyAsync(NpgsqlConnection connection, string sql, string path, CancellationToken cancellationToken)
    {
        using var reader = await connection.BeginTextExportAsync(sql, cancellationToken);
        await using var writer = new StreamWriter(path, append: false);
        var buffer = new char[32 * 1024];
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
            await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }
}
