namespace MetaGrains.Testing;

/// <summary>
/// Time that stands still until a test moves it. Timers fire on the caller's thread, in the order of their due times and,
/// where those are equal, in the order in which they were armed: one thread, the same every time.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _armed = new(Comparer<ManualTimer>.Create(
        (one, other) => one.Due != other.Due ? one.Due.CompareTo(other.Due) : one.Arming.CompareTo(other.Arming)));
    private DateTimeOffset _now = start.ToUniversalTime();
    private long _armings;

    /// <summary>Starts at 2026-11-22T12:00:00Z.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>When the armed timers are due, the first first.</summary>
    public IReadOnlyList<DateTimeOffset> ArmedTimers
    {
        get
        {
            lock (_gate)
                return [.. _armed.Select(timer => timer.Due)];
        }
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    /// <inheritdoc />
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on; every timer that comes due on the way fires at its own moment, those armed meanwhile, too.</summary>
    public void Advance(TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.Zero);
        var end = GetUtcNow() + step;
        while (Next(end) is { } timer)
            timer.Fire();
    }

    /// <summary>Moves time to the first armed timer and fires it, and no other.</summary>
    /// <returns>False when none is armed.</returns>
    public bool AdvanceToNextTimer()
    {
        ManualTimer? first;
        lock (_gate)
            first = _armed.Min;
        if (first is null || Next(first.Due) is not { } timer)
            return false;
        timer.Fire();
        return true;
    }

    /// <summary>Sets the clock, forwards or backwards, as an operator does: no timer fires for it.</summary>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_gate)
            _now = now.ToUniversalTime();
    }

    private ManualTimer? Next(DateTimeOffset end)
    {
        lock (_gate)
        {
            var first = _armed.Min;
            if (first is null || first.Due > end)
            {
                _now = end > _now ? end : _now;
                return null;
            }

            _now = first.Due > _now ? first.Due : _now;
            _armed.Remove(first);
            if (first.Period is { } period)
                Arm(first, first.Due + period);
            return first;
        }
    }

    private void Arm(ManualTimer timer, DateTimeOffset due)
    {
        timer.Due = due;
        timer.Arming = ++_armings;
        _armed.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private bool _gone;

        public DateTimeOffset Due { get; set; }

        public long Arming { get; set; }

        public TimeSpan? Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._armed.Remove(this);
                if (_gone)
                    return false;
                Period = period > TimeSpan.Zero ? period : null;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    time.Arm(this, time._now + dueTime);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                _gone = true;
                time._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
