using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>Whether anything is synced at all.</summary>
/// <param name="Enabled">False: everything is paused.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="ChangedBy">Who changed it last, or null.</param>
/// <param name="ChangedAt">When it was changed last.</param>
public sealed record SchedulerState(bool Enabled, string? Reason, string? ChangedBy, DateTimeOffset ChangedAt);

/// <summary>The one row of <c>scheduler_switch</c>. Silos hear of a change and tell every account, a page at a time.</summary>
public sealed class SchedulerSwitch(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Columns = "enabled, reason, changed_by, changed_at";

    // The same again changes nothing, not even when it was changed.
    private const string Change = $"""
        with changed as (
          update scheduler_switch set enabled = $1, reason = $2, changed_by = $3, changed_at = $4
          where (enabled, reason) is distinct from ($1, $2)
          returning {Columns}
        )
        select {Columns} from changed
        union all
        select {Columns} from scheduler_switch where not exists (select from changed)
        """;

    /// <summary>As it is.</summary>
    public async Task<SchedulerState> GetAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from scheduler_switch");
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Pauses or resumes everything.</summary>
    /// <returns>As it is now.</returns>
    public async Task<SchedulerState> SetAsync(bool enabled, string? reason, string changedBy, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Change);
        command.Parameters.Add(new() { Value = enabled });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)reason ?? DBNull.Value });
        command.Parameters.Add(new() { Value = changedBy });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<SchedulerState> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new SchedulerState(reader.GetBoolean(0), reader.Line(1), reader.Line(2), reader.GetFieldValue<DateTimeOffset>(3))
            : throw new InvalidOperationException("scheduler_switch has lost its row: insert into scheduler_switch default values.");
    }
}
