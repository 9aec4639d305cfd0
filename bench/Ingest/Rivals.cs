using MetaGrains.Core.Insights;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// Other ways to write the same rows, parsed already: into one plain table with the fact's columns, key and index and
/// the raw text beside them; or, for the same result as the product's, into months of fact and raw rows, with the days
/// rebuilt at the end. None judges, keeps a ledger, or finds rows that vanished.
/// </summary>
/// <param name="database">One connection.</param>
/// <param name="tables">Where they write.</param>
/// <param name="days">Whether they rebuild the days.</param>
internal sealed class Rivals(NpgsqlDataSource database, IReadOnlyList<RivalTable> tables, bool days)
{
    private const int Batch = 1000;

    /// <summary>Arrays of 1,000 rows through <c>unnest</c> and ON CONFLICT: what a good hand-written loader does.</summary>
    public async Task UnnestAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var batch in rows.Chunk(Batch))
        {
            foreach (var table in tables)
            {
                await using var command = new NpgsqlCommand(
                    $"insert into {table.Name} ({table.ColumnNames}) select * from unnest({table.Placeholders}) {table.OnConflict}", connection);
                foreach (var column in table.Columns)
                    command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | column.Type, Value = column.Of(batch) });
                await command.ExecuteNonQueryAsync();
            }
        }

        await RebuildAsync(connection);
        await transaction.CommitAsync();
    }

    /// <summary>Prepared INSERT … ON CONFLICT row by row, in one transaction; where there are two tables, both in one round trip.</summary>
    public async Task RowByRowAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in tables)
        {
            var command = new NpgsqlBatchCommand($"insert into {table.Name} ({table.ColumnNames}) values ({table.Placeholders}) {table.OnConflict}");
            foreach (var column in table.Columns)
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.Type });
            batch.BatchCommands.Add(command);
        }

        await batch.PrepareAsync();
        foreach (var row in rows)
        {
            foreach (var (index, table) in tables.Index())
            {
                for (var column = 0; column < table.Columns.Count; column++)
                    batch.BatchCommands[index].Parameters[column].Value = table.Columns[column].Of(in row);
            }

            await batch.ExecuteNonQueryAsync();
        }

        await RebuildAsync(connection);
        await transaction.CommitAsync();
    }

    /// <summary>The rows through the driver's own binary COPY, encoded on the way.</summary>
    public async Task CopyAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var table in tables)
        {
            await using var importer = await connection.BeginBinaryImportAsync($"copy {table.Name} ({table.ColumnNames}) from stdin (format binary)");
            foreach (var row in rows)
            {
                importer.StartRow();
                foreach (var column in table.Columns)
                    importer.Write(column.Of(in row), column.Type);
            }

            await importer.CompleteAsync();
        }
    }

    private async Task RebuildAsync(NpgsqlConnection connection)
    {
        if (!days)
            return;
        await using var command = new NpgsqlCommand(RivalSchema.Days, connection);
        await command.ExecuteNonQueryAsync();
    }
}
