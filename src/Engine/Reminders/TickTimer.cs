namespace MetaGrains.Engine.Reminders;

/// <summary>
/// Rings when the next reminders are due, those together that are due within <see cref="Gathering"/>: to wake a thread
/// costs more than a tick. The caller takes care that one thread at a time is here; it rings on another.
/// </summary>
internal sealed class TickTimer : IDisposable
{
    /// <summary>So much later than it is due a reminder may tick.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly ITimer _timer;
    private DateTime? _ringsAt;

    public TickTimer(TimeProvider time, Action ring) =>
        _timer = time.CreateTimer(static ring => ((Action)ring!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>It has rung.</summary>
    public void Rang() => _ringsAt = null;

    /// <summary>Makes it ring for what is due at a moment, unless it rings before.</summary>
    public void Set(DateTime due, DateTime now)
    {
        var wait = due - now;
        wait = wait < Gathering ? Gathering : wait > LongestWait ? LongestWait : wait;
        if (_ringsAt <= now + wait)
            return;
        _ringsAt = now + wait;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
