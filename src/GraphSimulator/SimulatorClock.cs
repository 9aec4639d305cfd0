namespace MetaGrains.GraphSimulator;

/// <summary>The simulator's time: another clock, moved by an amount that a test may enlarge.</summary>
internal sealed class SimulatorClock : TimeProvider
{
    private readonly TimeProvider _inner;
    private long _ahead;

    public SimulatorClock(TimeProvider inner, DateTimeOffset? startsAt)
    {
        _inner = inner;
        _ahead = startsAt is { } start ? (start - inner.GetUtcNow()).Ticks : 0;
    }

    /// <summary>The clock that waits are made with: one that a test does not jump.</summary>
    public TimeProvider Inner => _inner;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => (_inner.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead))).ToUniversalTime();

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Jumps forward; nothing that happened is undone, so there is no way back.</summary>
    /// <exception cref="ArgumentException">The step is negative.</exception>
    public void Advance(TimeSpan step)
    {
        if (step < TimeSpan.Zero)
            throw new ArgumentException("The clock goes forward only.", nameof(step));
        Interlocked.Add(ref _ahead, step.Ticks);
    }
}
