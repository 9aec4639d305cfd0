namespace MetaGrains.Engine.Runtime;

internal static class Clock
{
    /// <summary>The timestamp that lies so far ahead; <see cref="long.MaxValue"/> for ever.</summary>
    public static long Deadline(this TimeProvider time, TimeSpan span)
    {
        if (span == Timeout.InfiniteTimeSpan || span >= TimeSpan.FromDays(365))
            return long.MaxValue;
        return time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
    }
}
