using System.Collections.ObjectModel;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>A run as callers see it: a row of <c>sync_runs</c>.</summary>
public sealed record RunRecord(
    long RunId, string Job, string Trigger, string Status, DateTimeOffset? RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    long? DurationMs, DateRange? Window, RunTally Tally, RunError? Error)
{
    /// <summary>The object that was asked for alone; null for all of the account.</summary>
    public string? Entity { get; init; }

    /// <summary><c>campaign</c>, <c>adset</c> or <c>ad</c>.</summary>
    public string? EntityLevel { get; init; }
}

/// <summary>What a run counted.</summary>
public sealed record RunTally(
    long Calls, long Retries, long Pages, long Bytes, long Read, long Inserted, long Changed, long Unchanged, long Vanished,
    long PermitsWaitedMs, bool RateLimited)
{
    /// <summary>Objects that were read, by kind; empty for a run over insights.</summary>
    public IReadOnlyDictionary<string, long> Entities { get; init; } = ReadOnlyDictionary<string, long>.Empty;
}

/// <summary>Why a run failed.</summary>
/// <param name="Message">A sentence.</param>
/// <param name="Code">Meta's code, or null.</param>
/// <param name="Subcode">Meta's subcode, or null.</param>
/// <param name="Trace">Meta's trace id, or null.</param>
public sealed record RunError(string Message, int? Code, int? Subcode, string? Trace);

/// <summary>Finds and lists runs for callers.</summary>
public sealed class RunDirectory(NpgsqlDataSource database)
{
    /// <summary>Every status that a run can have.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["queued", "running", "succeeded", "failed", "superseded", "cancelled"];

    // Days that were asked for are the window until the run has planned its own.
    private const string Select = """
        select run_id, job, trigger, status, requested_at, started_at, finished_at, duration_ms,
               coalesce(window_since, (request ->> 'since')::date), coalesce(window_until, (request ->> 'until')::date),
               calls, retries, pages, bytes, rows_read, rows_inserted, rows_changed, rows_unchanged, rows_vanished,
               permits_waited_ms, rate_limited, error_message, error_code, error_subcode, error_trace, entities,
               request ->> 'entity', request ->> 'entity_level'
        from sync_runs
        where tenant_id = $1 and ad_account_id = $2

        """;

    /// <summary>One run of an account.</summary>
    public async Task<RunRecord?> FindAsync(AdAccountKey account, long runId, CancellationToken cancellationToken)
    {
        await using var command = Command(Select + "and run_id = $3", account);
        command.Parameters.Add(new() { Value = runId });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>A page of an account's runs, the newest first.</summary>
    /// <param name="status">Only of this status, or null.</param>
    /// <param name="before">The run before which the page begins, or null for the first page.</param>
    /// <param name="limit">Most rows.</param>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(
        AdAccountKey account, string? status, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            Select + "and ($3 is null or run_id < $3) and ($4 is null or status = $4) order by run_id desc limit $5", account);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)before ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)status ?? DBNull.Value });
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    private NpgsqlCommand Command(string sql, AdAccountKey account)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        return command;
    }

    private static async Task<List<RunRecord>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<RunRecord>();
        while (await reader.ReadAsync(cancellationToken))
            runs.Add(Read(reader));
        return runs;
    }

    private static RunRecord Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
        reader.Value<DateTimeOffset>(4), reader.Value<DateTimeOffset>(5), reader.Value<DateTimeOffset>(6), reader.Value<long>(7),
        reader.Value<DateOnly>(8) is { } since && reader.Value<DateOnly>(9) is { } until ? new DateRange(since, until) : null,
        new RunTally(
            reader.GetInt64(10), reader.GetInt64(11), reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14), reader.GetInt64(15),
            reader.GetInt64(16), reader.GetInt64(17), reader.GetInt64(18), reader.GetInt64(19), reader.GetBoolean(20))
        {
            Entities = JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(25))!,
        },
        reader.Line(21) is { } message ? new RunError(message, reader.Value<int>(22), reader.Value<int>(23), reader.Line(24)) : null)
    {
        Entity = reader.Line(26),
        EntityLevel = reader.Line(27),
    };
}
