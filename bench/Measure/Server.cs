using System.Globalization;
using Npgsql;

namespace MetaGrains.Bench.Measure;

/// <summary>What PostgreSQL did: WAL written, and CPU of one backend where it runs on this machine.</summary>
internal sealed class Server(NpgsqlDataSource database)
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double SecondsPerTick = 0.01;

    public async Task<decimal> WalAsync()
    {
        await using var command = database.CreateCommand("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
        return (decimal)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Does what this server may lack, such as a method of compression.</summary>
    public async Task TryAsync(string sql)
    {
        try
        {
            await ExecuteAsync(sql);
        }
        catch (PostgresException lacks) when (lacks.SqlState == PostgresErrorCodes.FeatureNotSupported)
        {
            await Console.Error.WriteLineAsync($"metagrains: {lacks.MessageText}");
        }
    }

    /// <summary>CPU seconds of the only backend of a pool of one; null when it is on another machine.</summary>
    public async Task<double?> BackendCpuAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        var path = $"/proc/{connection.ProcessID}/stat";
        if (!File.Exists(path))
            return null;
        var text = await File.ReadAllTextAsync(path);
        if (!text.Contains("(postgres)", StringComparison.Ordinal))
            return null;
        var words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(words[11], CultureInfo.InvariantCulture) + long.Parse(words[12], CultureInfo.InvariantCulture)) * SecondsPerTick;
    }
}
