using System.Threading.Channels;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>Time that stands still until a test moves it. Timers fire in the order of their due times.</summary>
public sealed class ManualTime : TimeProvider
{
    // Longer timers are deadlines, which nobody waits for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(31);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until a timer is started that is at most so long; answers how long it is.</summary>
    public async Task<TimeSpan> TimerStartedAsync(TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        await foreach (var due in _started.Reader.ReadAllAsync(deadline.Token))
        {
            if (due <= atMost)
                return due;
        }

        throw new InvalidOperationException("No timer.");
    }

    /// <summary>Lets the time pass that the work waits for, and no more.</summary>
    public async Task<T> PassAsync<T>(Task<T> work)
    {
        using var done = new CancellationTokenSource();
        while (!work.IsCompleted)
        {
            var timer = TimerStartedAsync(LongestWait, done.Token);
            if (await Task.WhenAny(work, timer).WaitAsync(Patience, System) == timer)
                Advance(await timer);
        }

        // A wait that is left over must not take the next work's timer.
        await done.CancelAsync();
        return await work;
    }

    public void Advance(TimeSpan step)
    {
        var end = GetUtcNow() + step;
        while (true)
        {
            ManualTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                _now = next?.Due ?? end;
                if (next is not null)
                    _timers.Remove(next);
            }

            if (next is null)
                return;
            next.Fire();
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._timers.Add(this);
            }

            time._started.Writer.TryWrite(dueTime);
            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
