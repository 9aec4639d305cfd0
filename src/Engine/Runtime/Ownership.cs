using MetaGrains.Engine.Reminders;

namespace MetaGrains.Engine.Runtime;

/// <summary>This silo's time as the owner of a partition. Whoever takes the partition next has a higher epoch.</summary>
internal sealed record Tenure(int Partition, long Epoch);

/// <summary>
/// The partitions whose grains live here, and until when that is certain. Without a renewal no turn begins after the
/// lease's end, by a clock that nobody sets; what is in memory stays until it is known whether the partitions were taken.
/// </summary>
internal sealed class Ownership(TimeProvider time)
{
    private readonly Tenure?[] _open = new Tenure?[ReminderTimes.Partitions];
    private readonly long[] _epochs = new long[ReminderTimes.Partitions];
    private long _leaseEnd = long.MaxValue;
    private int _suspended;

    /// <summary>The silo's name in <c>engine.partitions</c>; null where no database decides, so none can be asked.</summary>
    public string? Owner { get; set; }

    /// <summary>The partitions that take calls here.</summary>
    public Tenure[] Open => [.. _open.OfType<Tenure>()];

    public bool IsSuspended => Volatile.Read(ref _suspended) == 1;

    public Tenure? Of(GrainId grain) => Volatile.Read(ref _open[ReminderTimes.PartitionOf(grain)]);

    public bool IsOpen(Tenure tenure) => ReferenceEquals(Volatile.Read(ref _open[tenure.Partition]), tenure);

    /// <summary>The epoch under which this silo may write; 0: none.</summary>
    public long EpochOf(int partition) => Volatile.Read(ref _epochs[partition]);

    public void Take(Tenure tenure)
    {
        Volatile.Write(ref _epochs[tenure.Partition], tenure.Epoch);
        Volatile.Write(ref _open[tenure.Partition], tenure);
    }

    /// <summary>No new call comes in. What runs may still write until <see cref="Leave"/>. True for one caller alone, who sees to the rest.</summary>
    public bool Close(Tenure tenure) => ReferenceEquals(Interlocked.CompareExchange(ref _open[tenure.Partition], null, tenure), tenure);

    public void Leave(Tenure tenure)
    {
        Close(tenure);
        Interlocked.CompareExchange(ref _epochs[tenure.Partition], 0, tenure.Epoch);
    }

    /// <summary>Sets the timestamp at which the lease ends. True: turns were held up and may go on.</summary>
    public bool Renew(long leaseEnd)
    {
        Volatile.Write(ref _leaseEnd, leaseEnd);
        return Interlocked.Exchange(ref _suspended, 0) == 1;
    }

    /// <summary>Whether a turn may begin, and what time it is. Whoever is told no is woken after <see cref="Renew"/>.</summary>
    public bool MayRun(out long now)
    {
        now = time.GetTimestamp();
        if (now < Volatile.Read(ref _leaseEnd))
            return true;
        // Said before it looks again, so that a renewal at this moment is either seen here or sees this.
        Interlocked.Exchange(ref _suspended, 1);
        return now < Volatile.Read(ref _leaseEnd);
    }
}
