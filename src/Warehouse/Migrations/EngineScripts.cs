using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace MetaGrains.Warehouse.Migrations;

/// <summary>
/// What the grain engines keep: the files of <c>deploy/orleans</c>, in the schema <c>engine</c>. Each may run again, and
/// does when it has changed.
/// </summary>
internal static class EngineScripts
{
    private const string Prefix = "Engine.";

    public static IReadOnlyList<EngineScript> All { get; } = Load();

    /// <summary>Those that the database has not got, or has in another form.</summary>
    public static async Task<IReadOnlyList<EngineScript>> PendingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('engine.scripts') is not null", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            return All;
        await using var command = new NpgsqlCommand("select name, checksum from engine.scripts", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new HashSet<(string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            applied.Add((reader.GetString(0), reader.GetString(1)));
        return [.. All.Where(script => !applied.Contains((script.Name, script.Checksum)))];
    }

    /// <summary>Applies them in the caller's transaction, which holds the lock of the migrations.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, IEnumerable<EngineScript> scripts, DateTime now, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, """
            create schema if not exists engine;
            create table if not exists engine.scripts (name text primary key, checksum text not null, applied_at timestamptz not null)
            """, cancellationToken);
        foreach (var script in scripts)
        {
            await ExecuteAsync(connection, script.Sql, cancellationToken);
            await ExecuteAsync(connection, """
                insert into engine.scripts (name, checksum, applied_at) values ($1, $2, $3)
                on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at
                """, cancellationToken, script.Name, script.Checksum, now);
        }
    }

    private static EngineScript[] Load()
    {
        var assembly = typeof(EngineScripts).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                return new EngineScript(Path.GetFileNameWithoutExtension(resource[Prefix.Length..]), reader.ReadToEnd());
            })];
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>One file of <c>deploy/orleans</c>.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Sql">Its text.</param>
public sealed record EngineScript(string Name, string Sql)
{
    /// <summary>SHA-256 of the text, in hex.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}
