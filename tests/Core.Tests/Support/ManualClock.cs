namespace MetaGrains.Core.Tests.Support;

/// <summary>A clock that stands still until it is told to move.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

    public void Move(TimeSpan by) => _ticks += by.Ticks;
}
