using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>
/// A connection of its own that holds a session's advisory lock and hears <c>metagrains_settings</c>: one process acts
/// on changed settings. It ends with its connection, so whoever holds it notices that by an exception.
/// </summary>
public sealed class SettingsChannel : IAsyncDisposable
{
    private const long AdvisoryLock = 0x4D47534554544E47; // "MGSETTNG"
    private const int KeepAliveSeconds = 5;

    private readonly NpgsqlConnection _connection;
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);

    private SettingsChannel(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notification += (_, notice) => _heard.Add(notice.Payload);
    }

    internal static async Task<SettingsChannel?> OpenAsync(string url, CancellationToken cancellationToken)
    {
        var settings = DatabaseUrl.Parse(url);
        (settings.Pooling, settings.KeepAlive, settings.TcpKeepAlive) = (false, KeepAliveSeconds, true);
        settings.ApplicationName = "metagrains settings";
        settings.IncludeErrorDetail = false;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = AdvisoryLock } } };
            if (await take.ExecuteScalarAsync(cancellationToken) is true)
            {
                var channel = new SettingsChannel(connection);
                await using var listen = new NpgsqlCommand("listen metagrains_settings", connection);
                await listen.ExecuteNonQueryAsync(cancellationToken);
                return channel;
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Waits for a notification.</summary>
    /// <returns>False when none came in time.</returns>
    /// <exception cref="NpgsqlException">The connection is lost, and the place with it.</exception>
    public async Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _heard.Count > 0 || await _connection.WaitAsync(patience, cancellationToken);

    /// <summary>Takes everything that was notified up to now, once per table.</summary>
    /// <returns>The names of the tables that have changed.</returns>
    /// <exception cref="NpgsqlException">The connection is lost, and the place with it.</exception>
    public async Task<IReadOnlySet<string>> TakeAsync(CancellationToken cancellationToken)
    {
        // The server sends what is pending along with the answer to any statement.
        await using (var nothing = new NpgsqlCommand("select", _connection))
            await nothing.ExecuteNonQueryAsync(cancellationToken);
        HashSet<string> heard = [.. _heard];
        _heard.Clear();
        return heard;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
