using System.Data.Common;
using Npgsql;

namespace MetaGrains.Engine.Database;

/// <summary>Opens what an AdoNet options class names, and sees that the engine's tables are there.</summary>
internal static class PostgresSource
{
    private const string Npgsql = "Npgsql";

    // Any number that nobody else locks; silos that start together make the tables one after the other.
    private const long SchemaLock = 0x4D475F454E47494E;

    public static NpgsqlDataSource Open(string area, string invariant, string? connectionString, DbDataSource? source)
    {
        if (invariant != Npgsql)
            throw new OrleansConfigurationException($"{area}: the invariant is '{invariant}'; the portable engine knows '{Npgsql}' only.");
        if (string.IsNullOrEmpty(connectionString) == source is null)
            throw new OrleansConfigurationException($"{area}: set either ConnectionString or DataSource.");
        return source switch
        {
            null => NpgsqlDataSource.Create(connectionString!),
            NpgsqlDataSource given => given,
            _ => throw new OrleansConfigurationException($"{area}: the DataSource is a {source.GetType()}; it must be an NpgsqlDataSource."),
        };
    }

    /// <summary>Makes the tables that are missing. A role without the right to do so is fine where they exist.</summary>
    public static async Task EnsureSchemaAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (await ExistsAsync(connection, cancellationToken))
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({SchemaLock})", cancellationToken);
        await ExecuteAsync(connection, SchemaText(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            select to_regclass('orleansstorage_key') is not null and to_regclass('orleansreminderstable_hash') is not null
               and to_regclass('engine.cluster') is not null and to_regclass('engine.silos') is not null
               and to_regclass('engine.reminder_partitions') is not null and to_regclass('engine.cluster_partitions') is not null
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string SchemaText()
    {
        using var stream = typeof(PostgresSource).Assembly.GetManifestResourceStream("engine-schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
