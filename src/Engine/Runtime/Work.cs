namespace MetaGrains.Engine.Runtime;

/// <summary>Beside what else a piece of work may run.</summary>
internal enum Admission : byte
{
    /// <summary>Alone, but for <see cref="Interleaved"/> work.</summary>
    Exclusive,

    /// <summary>Beside other <see cref="ReadOnly"/> work.</summary>
    ReadOnly,

    /// <summary>Beside anything.</summary>
    Interleaved,
}

/// <summary>What waits in an activation's mailbox: a call or the tick of a timer.</summary>
internal abstract class Work
{
    /// <summary>The mailbox is a linked list of the work itself.</summary>
    public Work? Next { get; set; }

    public abstract Admission Admission { get; }

    /// <summary>Whether it counts as use of the grain, which keeps it from being collected.</summary>
    public abstract bool KeepsAlive { get; }

    /// <summary>Runs in a turn of the activation. It throws nothing: errors are the caller's.</summary>
    public abstract Task RunAsync(Activation activation);

    /// <summary>It will not run, because of this.</summary>
    public abstract void Reject(Exception reason);

    /// <summary>Its grain does not live in this silo.</summary>
    public virtual void Misrouted() => Reject(new SiloUnavailableException("The grain is another silo's now."));
}

/// <summary>A queue of work without memory of its own.</summary>
internal struct WorkQueue
{
    private Work? _tail;

    public Work? Head { get; private set; }

    public void Add(Work work)
    {
        if (_tail is null)
            Head = work;
        else
            _tail.Next = work;
        _tail = work;
    }

    public Work? Take()
    {
        var work = Head;
        if (work is null)
            return null;
        Head = work.Next;
        if (Head is null)
            _tail = null;
        work.Next = null;
        return work;
    }
}
