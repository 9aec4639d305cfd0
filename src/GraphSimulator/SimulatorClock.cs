namespace MetaGrains.GraphSimulator;

/// <summary>The simulator's time: another clock, moved by a fixed amount.</summary>
internal sealed class SimulatorClock : TimeProvider
{
    private readonly TimeProvider _inner;
    private readonly TimeSpan _ahead;

    public SimulatorClock(TimeProvider inner, DateTimeOffset? startsAt)
    {
        _inner = inner;
        _ahead = startsAt is { } start ? start - inner.GetUtcNow() : TimeSpan.Zero;
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => (_inner.GetUtcNow() + _ahead).ToUniversalTime();

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);
}
