using MetaGrains.Core.Sync;
using Npgsql;

namespace MetaGrains.Cli.Demo;

/// <summary>A run as SQL states it now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">As in <c>sync_runs</c>.</param>
/// <param name="Report">How it went; null while it waits or runs.</param>
internal sealed record AskedRun(long Id, string Status, RunReport? Report);

/// <summary>Reads runs from <c>sync_runs</c>.</summary>
internal sealed class AskedRuns(NpgsqlDataSource database)
{
    private const string Read = """
        select run_id, status, calls, retries, pages, bytes, rows_read, rows_inserted, rows_changed, rows_unchanged, rows_vanished,
               coalesce(duration_ms, 0), rate_limited, error_code, error_subcode, error_trace, error_message
        from sync_runs
        where run_id = any ($1)
        """;

    public async Task<List<AskedRun>> ReadAsync(long[] runs, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Read);
        command.Parameters.Add(new() { Value = runs });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AskedRun>(runs.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            var status = reader.GetString(1);
            found.Add(new AskedRun(reader.GetInt64(0), status, Enum.TryParse<RunOutcome>(status, ignoreCase: true, out var outcome) ? Report(reader, outcome) : null));
        }

        return found;
    }

    private static RunReport Report(NpgsqlDataReader reader, RunOutcome outcome) => new()
    {
        Outcome = outcome,
        Calls = reader.GetInt64(2),
        Retries = reader.GetInt64(3),
        Pages = reader.GetInt64(4),
        Bytes = reader.GetInt64(5),
        Rows = new PublishCounts(reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10)),
        Duration = TimeSpan.FromMilliseconds(reader.GetInt64(11)),
        RateLimited = reader.GetBoolean(12),
        ErrorCode = reader.IsDBNull(13) ? null : reader.GetInt32(13),
        ErrorSubcode = reader.IsDBNull(14) ? null : reader.GetInt32(14),
        ErrorTrace = reader.IsDBNull(15) ? null : reader.GetString(15),
        ErrorMessage = reader.IsDBNull(16) ? null : reader.GetString(16),
    };
}
