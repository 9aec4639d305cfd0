namespace MetaGrains.Engine.Reminders;

/// <summary>How far a partition's ticks are delivered, and the epoch of the owner who says so.</summary>
internal readonly record struct Watermark(int Partition, DateTime TickedThrough, long Epoch);

/// <summary>Per partition the moment up to which every tick was delivered. It survives the silo, so no tick is lost.</summary>
internal interface IWatermarks
{
    /// <summary>The watermark of each partition; null where there is none yet.</summary>
    Task<DateTime?[]> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Moves watermarks; one whose partition is another silo's by now stays where it is.</summary>
    Task WriteAsync(IReadOnlyCollection<Watermark> moved, CancellationToken cancellationToken);
}

/// <summary>For reminders that do not survive the silo either.</summary>
internal sealed class MemoryWatermarks : IWatermarks
{
    private readonly Lock _gate = new();
    private readonly DateTime?[] _tickedThrough = new DateTime?[ReminderTimes.Partitions];

    public Task<DateTime?[]> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult<DateTime?[]>([.. _tickedThrough]);
    }

    public Task WriteAsync(IReadOnlyCollection<Watermark> moved, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var (partition, moment, _) in moved)
                _tickedThrough[partition] = moment;
        }

        return Task.CompletedTask;
    }
}
