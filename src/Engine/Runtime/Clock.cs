namespace MetaGrains.Engine.Runtime;

internal static class Clock
{
    /// <summary>The timestamp that lies so far ahead; <see cref="long.MaxValue"/> for ever.</summary>
    public static long Deadline(this TimeProvider time, TimeSpan span) => time.Deadline(span, time.GetTimestamp());

    /// <inheritdoc cref="Deadline(TimeProvider, TimeSpan)"/>
    public static long Deadline(this TimeProvider time, TimeSpan span, long from)
    {
        if (span == Timeout.InfiniteTimeSpan || span >= TimeSpan.FromDays(365))
            return long.MaxValue;
        return from + (long)(span.TotalSeconds * time.TimestampFrequency);
    }
}
