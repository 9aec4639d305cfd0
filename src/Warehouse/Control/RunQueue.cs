using System.Text.Json;
using MetaGrains.Core.Accounts;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What a person asked for, beyond the job.</summary>
/// <param name="Since">First day, or null for the job's own window.</param>
/// <param name="Until">Last day.</param>
/// <param name="DatePreset">One of Meta's presets in place of days.</param>
public sealed record RunRequest(DateOnly? Since, DateOnly? Until, string? DatePreset);

/// <summary>A run that was asked for and has not started.</summary>
/// <param name="RunId"><c>sync_runs.run_id</c>.</param>
/// <param name="Job">The job.</param>
/// <param name="Trigger">Who asked: <c>api</c>, <c>cli</c>, <c>connect</c> …</param>
/// <param name="RequestedAt">When.</param>
/// <param name="Request">What, beyond the job; null for the job as it is.</param>
public sealed record QueuedRun(long RunId, string Job, string Trigger, DateTimeOffset RequestedAt, RunRequest? Request);

/// <summary>
/// Runs that were accepted and wait for their account's grain: rows of <c>sync_runs</c>, so that no crash loses one.
/// </summary>
public sealed class RunQueue(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Ask = """
        insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at, request)
        values ($1, $2, $3, $4, 'queued', 0, $5, $6)
        returning run_id
        """;

    private const string Waiting = """
        select run_id, job, trigger, requested_at, request
        from sync_runs
        where tenant_id = $1 and ad_account_id = $2 and status = 'queued'
        order by run_id
        """;

    /// <summary>Accepts a run.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> AskAsync(AdAccountKey account, string job, string trigger, RunRequest? request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Ask);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        command.Parameters.Add(new() { Value = job });
        command.Parameters.Add(new() { Value = trigger });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Jsonb,
            Value = request is null ? DBNull.Value : JsonSerializer.Serialize(request, RunRequestJson.Default.RunRequest),
        });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The account's waiting runs, oldest first.</summary>
    public async Task<IReadOnlyList<QueuedRun>> WaitingAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Waiting);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<QueuedRun>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(new QueuedRun(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                await reader.IsDBNullAsync(4, cancellationToken)
                    ? null
                    : JsonSerializer.Deserialize(reader.GetString(4), RunRequestJson.Default.RunRequest)));
        }

        return runs;
    }
}
