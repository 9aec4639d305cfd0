namespace MetaGrains.Core.Schedule;

/// <summary>
/// When a job is due. Due times are <c>epoch + offset + n × interval</c>: a question to the calendar, never a count of
/// ticks, so a lost, late or doubled wake-up changes nothing. However many were missed, the next one after the start of
/// a run is the next one due: one run catches up with all.
/// </summary>
public static class SyncSchedule
{
    /// <summary>Longest interval, in days: what <see cref="AccountOffset"/> and its SQL twin can multiply in 64 bits.</summary>
    public const int MaxIntervalDays = 30;

    /// <summary>The anchor of all due times: 1970-01-01T00:00:00Z.</summary>
    public static DateTimeOffset Anchor => DateTimeOffset.UnixEpoch;

    /// <summary>The first due time strictly after a moment.</summary>
    /// <param name="interval">At least one millisecond, at most <see cref="MaxIntervalDays"/> days; cut to whole milliseconds.</param>
    public static DateTimeOffset NextAfter(DateTimeOffset moment, TimeSpan interval, AccountOffset offset)
    {
        var length = Milliseconds(interval);
        var first = (long)offset.Within(interval).TotalMilliseconds;
        var since = (long)Math.Floor((moment - Anchor).TotalMilliseconds) - first;
        var n = Math.DivRem(since, length, out var rest);
        if (rest < 0)
            n--;
        return Anchor.AddMilliseconds(first + ((n + 1) * length));
    }

    /// <summary>The last due time at or before a moment.</summary>
    public static DateTimeOffset LastAtOrBefore(DateTimeOffset moment, TimeSpan interval, AccountOffset offset) =>
        NextAfter(moment, interval, offset) - TimeSpan.FromMilliseconds(Milliseconds(interval));

    internal static long Milliseconds(TimeSpan interval)
    {
        var milliseconds = interval.Ticks / TimeSpan.TicksPerMillisecond;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, 1, nameof(interval));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, TimeSpan.FromDays(MaxIntervalDays));
        return milliseconds;
    }
}
