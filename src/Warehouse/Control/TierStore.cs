using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>A row of <c>meta_sync_config</c>.</summary>
/// <param name="Tier">Its name, such as <c>high</c>.</param>
/// <param name="IntervalMinutes">Minutes between syncs.</param>
/// <param name="DateRangeDays">Days of the window, today included.</param>
/// <param name="Description">For people.</param>
/// <param name="Cron">A cron expression in place of the interval, or null.</param>
public sealed record TierRecord(string Tier, int IntervalMinutes, int DateRangeDays, string Description, string? Cron);

/// <summary>The tiers.</summary>
public sealed class TierStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Columns = "tier, interval_minutes, date_range_days, description, cron";

    /// <summary>All tiers, the most frequent first.</summary>
    public async Task<IReadOnlyList<TierRecord>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from meta_sync_config order by interval_minutes, tier");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tiers = new List<TierRecord>();
        while (await reader.ReadAsync(cancellationToken))
            tiers.Add(Read(reader));
        return tiers;
    }

    /// <summary>Changes a tier; what is null stays.</summary>
    /// <returns>The tier as it is now, or null when there is none of that name.</returns>
    public async Task<TierRecord?> UpdateAsync(string tier, int? intervalMinutes, int? dateRangeDays, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            update meta_sync_config set interval_minutes = coalesce($2, interval_minutes),
              date_range_days = coalesce($3, date_range_days), updated_at = $4
            where tier = $1 returning {Columns}
            """);
        command.Parameters.Add(new() { Value = tier });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)intervalMinutes ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)dateRangeDays ?? DBNull.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static TierRecord Read(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4));
}
