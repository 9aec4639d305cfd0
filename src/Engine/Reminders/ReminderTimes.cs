namespace MetaGrains.Engine.Reminders;

/// <summary>When reminders are due: at StartAt + n·Period.</summary>
internal static class ReminderTimes
{
    public const int Partitions = 256;

    /// <summary>The first due time after a moment.</summary>
    public static DateTime NextAfter(DateTime startAt, TimeSpan period, DateTime after)
    {
        if (after < startAt)
            return startAt;
        var passed = (after - startAt).Ticks / period.Ticks;
        return startAt + TimeSpan.FromTicks(checked((passed + 1) * period.Ticks));
    }

    /// <summary>The partition that owns a grain's reminders: the top 8 bits of its hash.</summary>
    public static int PartitionOf(GrainId grain) => (int)(grain.GetUniformHashCode() >> 24);

    /// <summary>The hashes of a partition as (begin, end], the form of <see cref="IReminderTable.ReadRows(uint, uint)"/>.</summary>
    public static (uint Begin, uint End) Range(int partition)
    {
        var first = (uint)partition << 24;
        return (unchecked(first - 1), first | 0xFFFFFF);
    }
}
