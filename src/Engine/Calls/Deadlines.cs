namespace MetaGrains.Engine.Calls;

/// <summary>Where a pending call stands in its list.</summary>
internal struct DeadlineLinks
{
    public IPendingCall? Before;
    public IPendingCall? After;
    public byte Shard;
    public bool Listed;
}

/// <summary>
/// Ends calls whose answer is late. Calls link themselves into sharded lists, which costs no memory; one timer stands at
/// the earliest deadline it knows, so a busy silo sets it about once per response timeout.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private static readonly int Shards = Math.Clamp(Environment.ProcessorCount, 1, 64);

    // Between two scans at least so long; a timeout is late by at most that.
    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard())];
    private readonly Lock _arming = new();
    private long _armedFor = long.MaxValue;

    public Deadlines(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static self => ((Deadlines)self!).Scan(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(IPendingCall call)
    {
        ref var links = ref call.Links;
        links.Shard = (byte)(Thread.GetCurrentProcessorId() % Shards);
        var shard = _shards[links.Shard];
        lock (shard)
        {
            links.Listed = true;
            links.After = shard.First;
            if (shard.First is { } first)
                first.Links.Before = call;
            shard.First = call;
        }

        if (call.Call.Deadline < Volatile.Read(ref _armedFor))
            Arm(call.Call.Deadline);
    }

    public void Remove(IPendingCall call)
    {
        ref var links = ref call.Links;
        var shard = _shards[links.Shard];
        lock (shard)
        {
            if (!links.Listed)
                return;
            links.Listed = false;
            if (links.Before is { } before)
                before.Links.After = links.After;
            else
                shard.First = links.After;
            if (links.After is { } after)
                after.Links.Before = links.Before;
            (links.Before, links.After) = (null, null);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Arm(long deadline)
    {
        lock (_arming)
        {
            if (deadline >= _armedFor)
                return;
            _armedFor = deadline;
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
            // A timer may fire a little early by this clock; the granularity makes up for it.
            _timer.Change(wait < TimeSpan.Zero ? Granularity : wait + Granularity, Timeout.InfiniteTimeSpan);
        }
    }

    private void Scan()
    {
        lock (_arming)
            _armedFor = long.MaxValue;
        var now = _time.GetTimestamp();
        var late = new List<IPendingCall>();
        var earliest = long.MaxValue;
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                for (var call = shard.First; call is not null; call = call.Links.After)
                {
                    if (call.Call.Deadline <= now)
                        late.Add(call);
                    else
                        earliest = Math.Min(earliest, call.Call.Deadline);
                }
            }
        }

        foreach (var call in late)
            call.TimeOut();
        if (earliest != long.MaxValue)
            Arm(earliest);
    }

    private sealed class Shard
    {
        public IPendingCall? First;
    }
}
