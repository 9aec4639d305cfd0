namespace MetaGrains.Engine.Reminders;

/// <summary>Per partition the moment up to which every tick was delivered. It survives the silo, so no tick is lost.</summary>
internal interface IWatermarks
{
    /// <summary>The watermark of each partition; null where there is none yet.</summary>
    Task<DateTime?[]> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Moves watermarks; null leaves one where it is.</summary>
    Task WriteAsync(DateTime?[] tickedThrough, CancellationToken cancellationToken);
}

/// <summary>For reminders that do not survive the silo either.</summary>
internal sealed class MemoryWatermarks : IWatermarks
{
    private DateTime?[] _tickedThrough = new DateTime?[ReminderTimes.Partitions];

    public Task<DateTime?[]> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(_tickedThrough);

    public Task WriteAsync(DateTime?[] tickedThrough, CancellationToken cancellationToken)
    {
        _tickedThrough = [.. tickedThrough.Select((moment, partition) => moment ?? _tickedThrough[partition])];
        return Task.CompletedTask;
    }
}
