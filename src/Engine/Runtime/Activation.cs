using MetaGrains.Engine.Calls;
using Orleans.Storage;

namespace MetaGrains.Engine.Runtime;

/// <summary>
/// One living grain: its mailbox and its turns. Its life (<c>Activation.Life.cs</c>) is Created → Activating → Active →
/// Deactivating → Gone, or straight from Activating to Gone when it fails.
/// </summary>
internal sealed partial class Activation(GrainClass grainClass, GrainId id, Tenure tenure, Catalog catalog) : IGrainContext
{
    // After so many calls begun in one turn, continuations of running calls get theirs.
    private const int StartsAtATime = 32;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TurnScheduler? _scheduler;
    private WorkQueue _queue;
    private WorkQueue _interleaved;
    private Life _life;
    private bool _pumping;
    private bool _exclusive;
    private int _readers;
    private int _others;
    private int _waiting;
    private long _lastUse = catalog.Time.GetTimestamp();

    private enum Life : byte
    {
        Created,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    /// <summary>The activation whose turn is running on this thread.</summary>
    public static Activation? Current => (TaskScheduler.Current as TurnScheduler)?.Owner;

    public GrainId GrainId => id;

    public GrainClass Class => grainClass;

    /// <summary>The ownership of its partition under which it lives.</summary>
    public Tenure Tenure => tenure;

    public Catalog Catalog => catalog;

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? catalog.Services;

    public GrainReference GrainReference => field ??= (GrainReference)catalog.Caller.Reference(grainClass.Interface, id);

    public Task Deactivated => _gone.Task;

    public bool IsGone => _life == Life.Gone;

    public TurnScheduler Scheduler => _scheduler ?? Interlocked.CompareExchange(ref _scheduler, new TurnScheduler(this), null) ?? _scheduler;

    private bool IsIdle => !_exclusive && _readers == 0 && _others == 0;

    /// <summary>Puts work into the mailbox. False: this activation is gone, so the next one must take it.</summary>
    public bool Receive(Work work)
    {
        lock (_gate)
        {
            if (_life == Life.Gone)
                return false;
            if (_waiting < catalog.MaxWaiting || work is not Call)
            {
                Enqueue(work);
                Begin(work.Admission);
                return true;
            }
        }

        work.Reject(new LimitExceededException($"{id} has {catalog.MaxWaiting} calls waiting and takes no more."));
        return true;
    }

    private void Begin(Admission admission)
    {
        if (_life == Life.Created)
        {
            _life = Life.Activating;
            Scheduler.Run(static self => _ = ((Activation)self!).ActivateAsync(), this);
        }
        else if (!_pumping && _life == Life.Active && _reason is null && (!_exclusive || admission == Admission.Interleaved))
        {
            _pumping = true;
            Scheduler.Run(static self => ((Activation)self!).Pump(), this);
        }
    }

    private void Enqueue(Work work)
    {
        _waiting++;
        if (work.Admission == Admission.Interleaved)
            _interleaved.Add(work);
        else
            _queue.Add(work);
    }

    /// <summary>Begins what may begin. Runs in a turn.</summary>
    private void Pump()
    {
        for (var i = 0; i < StartsAtATime; i++)
        {
            Work? work;
            lock (_gate)
            {
                work = TakeAdmissible();
                if (work is null)
                {
                    _pumping = false;
                    if (!IsDone())
                        return;
                }
            }

            if (work is null)
            {
                _ = DeactivateAsync();
                return;
            }

            var running = work.RunAsync(this);
            if (running.IsCompleted)
                Release(work);
            else
                _ = ReleaseLaterAsync(running, work);
        }

        Scheduler.Run(static self => ((Activation)self!).Pump(), this);
    }

    // First come, first served: a read-only call does not overtake a waiting writer, so nobody starves.
    private Work? TakeAdmissible()
    {
        if (_reason is not null || _life != Life.Active)
            return null;
        var work = _interleaved.Take();
        if (work is not null)
            _others++;
        else if (_queue.Head is not { } head || _exclusive)
            return null;
        else if (head.Admission == Admission.ReadOnly)
        {
            work = _queue.Take();
            _readers++;
        }
        else if (_readers == 0)
        {
            work = _queue.Take();
            _exclusive = true;
        }
        else
            return null;

        _waiting--;
        return work;
    }

    private async Task ReleaseLaterAsync(Task running, Work work)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        Release(work);
    }

    private void Release(Work work)
    {
        lock (_gate)
        {
            switch (work.Admission)
            {
                case Admission.Exclusive:
                    _exclusive = false;
                    break;
                case Admission.ReadOnly:
                    _readers--;
                    break;
                default:
                    _others--;
                    break;
            }

            if (work.KeepsAlive)
                _lastUse = Scheduler.Now;
            if (_pumping)
                return;
            _pumping = true;
        }

        Pump();
    }

    /// <summary>A call failed with this. A stale record ends the activation that holds it, and no other.</summary>
    public void Failed(Exception exception)
    {
        if (exception is not InconsistentStateException { IsSourceActivation: true } stale)
            return;
        stale.IsSourceActivation = false;
        Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, stale, "The state in storage was changed by somebody else."));
    }
}
