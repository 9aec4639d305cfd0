namespace MetaGrains.Engine.Runtime;

/// <summary>
/// A timer of an activation. A tick is work in the mailbox; the next is armed when the callback has ended, so ticks of
/// one timer never overlap and the period is the pause between them.
/// </summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Lock _gate = new();
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _clock;
    private readonly Tick _tick;
    private TimeSpan _period;
    private bool _running;
    private bool _changed;
    private bool _dueAgain;
    private bool _disposed;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        (_activation, _callback, _period) = (activation, callback, options.Period);
        _tick = new Tick(this, options.Interleave, options.KeepAlive);
        // The clock's callback must not carry the request context of the call that makes the timer.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            _clock = activation.Catalog.Time.CreateTimer(static self => ((GrainTimer)self!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start(TimeSpan dueTime) => Arm(dueTime);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _period = period;
            _changed = true;
            _clock.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _clock.Dispose();
        }

        _activation.RemoveTimer(this);
        // The callback's own code reacts to the token, so it does so in a turn.
        _activation.Scheduler.Run(static stopped => ((CancellationTokenSource)stopped!).Cancel(), _stopped);
    }

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "A due time is not negative.");
        if (period <= TimeSpan.Zero && period != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(period), period, "A period is longer than zero, or infinite.");
    }

    private void Arm(TimeSpan span)
    {
        lock (_gate)
        {
            if (!_disposed)
                _clock.Change(span, Timeout.InfiniteTimeSpan);
        }
    }

    private void Due()
    {
        lock (_gate)
        {
            _dueAgain = _running;
            if (_disposed || _running)
                return;
            _running = true;
            _changed = false;
        }

        _activation.Receive(_tick);
    }

    private async Task RunAsync()
    {
        try
        {
            if (!_disposed)
                await _callback(_stopped.Token);
        }
        catch (Exception exception)
        {
            if (!_stopped.IsCancellationRequested)
                _activation.Catalog.Log.TimerFailed(exception, _activation.GrainId);
        }

        lock (_gate)
        {
            _running = false;
            // A change made while the callback ran has set the next tick, which may have come due meanwhile.
            if (!_disposed && (!_changed || _dueAgain))
                _clock.Change(_changed ? TimeSpan.Zero : _period, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Tick(GrainTimer timer, bool interleaves, bool keepsAlive) : Work
    {
        public override Admission Admission => interleaves ? Admission.Interleaved : Admission.Exclusive;

        public override bool KeepsAlive => keepsAlive;

        public override Task RunAsync(Activation activation) => timer.RunAsync();

        public override void Reject(Exception reason)
        {
        }
    }
}
