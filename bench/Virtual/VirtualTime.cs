namespace MetaGrains.Bench.Virtual;

/// <summary>Time that goes from event to event, on one thread: the same events in the same order every time.</summary>
internal sealed class VirtualTime(DateTimeOffset start)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

    public DateTimeOffset Now { get; private set; } = start;

    public long Events { get; private set; }

    /// <summary>Does something later; a moment that has passed is now.</summary>
    public void At(DateTimeOffset moment, Action action) =>
        _events.Enqueue(action, (Math.Max(moment.UtcTicks, Now.UtcTicks), _order++));

    public void In(TimeSpan wait, Action action) => At(Now + wait, action);

    /// <summary>Goes on until a moment.</summary>
    public void RunUntil(DateTimeOffset end)
    {
        while (_events.TryPeek(out var action, out var at) && at.At <= end.UtcTicks)
        {
            _events.Dequeue();
            if (at.At > Now.UtcTicks)
                Now = new DateTimeOffset(at.At, TimeSpan.Zero);
            Events++;
            action();
        }

        Now = end;
    }
}
