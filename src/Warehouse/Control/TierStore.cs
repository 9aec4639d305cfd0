using MetaGrains.Core.Schedule;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>The tiers: rows of <c>meta_sync_config</c>.</summary>
public sealed class TierStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Columns = "tier, interval_minutes, date_range_days, cron, description";

    /// <summary>All tiers, the most frequent first.</summary>
    public async Task<IReadOnlyList<Tier>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from meta_sync_config order by interval_minutes, tier");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tiers = new List<Tier>();
        while (await reader.ReadAsync(cancellationToken))
            tiers.Add(Read(reader, 0));
        return tiers;
    }

    /// <summary>Changes a tier; what is null stays.</summary>
    /// <param name="cron">A cron expression in place of the interval; empty: the interval again.</param>
    /// <returns>The tier as it is now, or null when there is none of that name.</returns>
    /// <exception cref="PostgresException">A value lies outside the range of its column (23514).</exception>
    public async Task<Tier?> UpdateAsync(string tier, int? intervalMinutes, int? dateRangeDays, string? cron, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            update meta_sync_config set interval_minutes = coalesce($2, interval_minutes),
              date_range_days = coalesce($3, date_range_days), cron = case when $4 is null then cron else nullif($4, '') end, updated_at = $5
            where tier = $1 returning {Columns}
            """);
        command.Parameters.Add(new() { Value = tier });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)intervalMinutes ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)dateRangeDays ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)cron ?? DBNull.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, 0) : null;
    }

    /// <summary>Reads a tier from five columns, from <paramref name="first"/> on: name, minutes, days, cron, description.</summary>
    internal static Tier Read(NpgsqlDataReader reader, int first) =>
        new(reader.GetString(first), reader.GetInt32(first + 1), reader.GetInt32(first + 2), reader.Line(first + 3), reader.GetString(first + 4));
}
