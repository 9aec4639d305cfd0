using System.Collections.Concurrent;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>Makes sure that the months of a slice have their tables, asking PostgreSQL once per month and process.</summary>
public sealed class InsightPartitions(NpgsqlDataSource database)
{
    private readonly ConcurrentDictionary<DateOnly, bool> _known = new();

    /// <summary>Looks again at what there is: a month may have been retired since.</summary>
    internal void Forget() => _known.Clear();

    /// <summary>Makes and attaches what is missing, in a transaction of its own.</summary>
    public async ValueTask EnsureAsync(DateRange days, CancellationToken cancellationToken)
    {
        if (days.Months().All(_known.ContainsKey))
            return;
        await using var command = database.CreateCommand("select ensure_insight_partitions($1, $2)");
        command.Parameters.Add(new() { Value = days.Since });
        command.Parameters.Add(new() { Value = days.Until });
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var month in days.Months())
            _known[month] = true;
    }
}
