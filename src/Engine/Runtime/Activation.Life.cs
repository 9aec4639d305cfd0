using MetaGrains.Engine.Calls;
using MetaGrains.Engine.State;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Engine.Runtime;

/// <content>How an activation begins and ends.</content>
internal sealed partial class Activation
{
    private AsyncServiceScope? _scopeHolder;
    private List<IStateFacet>? _facets;
    private List<GrainTimer>? _timers;
    private HashSet<Call>? _cancellable;
    private Ending? _reason;
    private long _keptUntil;

    private sealed record Ending(DeactivationReason Reason, bool InPeace = true);

    private IServiceScope? _scope => _scopeHolder;

    /// <summary>A record that is read before the grain is activated.</summary>
    public void AddFacet(IStateFacet facet) => (_facets ??= []).Add(facet);

    public IGrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_life >= Life.Deactivating, this);
            (_timers ??= []).Add(timer);
        }

        timer.Start(options.DueTime);
        return timer;
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_gate)
            _timers?.Remove(timer);
    }

    /// <summary>Notes a running call that takes a token, so that the end of the activation can cancel it.</summary>
    public void Track(Call call)
    {
        lock (_gate)
            (_cancellable ??= []).Add(call);
    }

    public void Untrack(Call call)
    {
        lock (_gate)
            _cancellable?.Remove(call);
    }

    public void DelayDeactivation(TimeSpan span)
    {
        lock (_gate)
            _keptUntil = span < TimeSpan.Zero ? 0 : catalog.Time.Deadline(span);
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) => End(new Ending(deactivationReason));

    /// <summary>Another silo owns the grain: what has begun is asked to stop, nothing else begins, and the grain is not told.</summary>
    public void Drop()
    {
        End(new Ending(new DeactivationReason(DeactivationReasonCode.DirectoryFailure, "Another silo owns the grain now."), InPeace: false));
        CancelCalls();
    }

    /// <summary>Goes on with turns that were held up.</summary>
    public void Resume() => _scheduler?.Resume();

    private void End(Ending ending)
    {
        lock (_gate)
        {
            if (_life >= Life.Deactivating || (_reason is not null && ending.InPeace))
                return;
            _reason = ending;
            if (_life == Life.Created)
                _life = Life.Active;
            if (_pumping || _life == Life.Activating || !IsIdle)
                return;
            _pumping = true;
        }

        Scheduler.Run(static self => ((Activation)self!).Pump(), this);
    }

    /// <summary>Ends the activation if nobody used it for so long.</summary>
    public void Collect(TimeSpan age)
    {
        lock (_gate)
        {
            if (_life != Life.Active || _reason is not null || !IsIdle || _waiting > 0
                || catalog.Time.GetTimestamp() < _keptUntil || catalog.Time.GetElapsedTime(_lastUse) < age)
                return;
        }

        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "The grain was idle."));
    }

    /// <summary>Asks running calls that take a token to stop.</summary>
    public void CancelCalls()
    {
        Call[] calls;
        lock (_gate)
            calls = [.. _cancellable ?? []];
        foreach (var call in calls)
            call.Cancel();
    }

    private async Task ActivateAsync()
    {
        try
        {
            RequestContext.Current = (_queue.Head as Call ?? _interleaved.Head as Call)?.Context;
            using var timeout = new CancellationTokenSource(catalog.Collection.ActivationTimeout, catalog.Time);
            await StartAsync(timeout.Token).WaitAsync(catalog.Collection.ActivationTimeout, catalog.Time);
            Interlocked.Increment(ref grainClass.Activations);
            EngineTelemetry.Activations.Add(1);
        }
        catch (Exception exception)
        {
            catalog.Log.ActivationFailed(exception, id);
            await EndAsync(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "The grain could not be activated."), exception);
            return;
        }

        lock (_gate)
        {
            _life = Life.Active;
            _lastUse = catalog.Time.GetTimestamp();
            _pumping = true;
        }

        Pump();
    }

    private async Task StartAsync(CancellationToken token)
    {
        _scopeHolder = catalog.Services.CreateAsyncScope();
        GrainInstance = grainClass.Create(this);
        foreach (var facet in _facets ?? [])
            await facet.ReadAsync(token);
        _facets = null;
        await ((IGrainBase)GrainInstance).OnActivateAsync(token);
    }

    // Under the gate: an ending was asked for and nothing runs any more.
    private bool IsDone()
    {
        if (_reason is null || _life != Life.Active || !IsIdle)
            return false;
        _life = Life.Deactivating;
        return true;
    }

    private async Task DeactivateAsync()
    {
        var reason = _reason!.Reason;
        StopTimers();
        if (GrainInstance is not null)
        {
            Interlocked.Decrement(ref grainClass.Activations);
            EngineTelemetry.Activations.Add(-1);
        }

        if (GrainInstance is IGrainBase told && _reason.InPeace)
        {
            try
            {
                var limit = catalog.Collection.DeactivationTimeout;
                using var timeout = new CancellationTokenSource(limit, catalog.Time);
                await told.OnDeactivateAsync(reason, timeout.Token).WaitAsync(limit, catalog.Time);
            }
            catch (Exception exception)
            {
                catalog.Log.DeactivationFailed(exception, id);
            }
        }

        await EndAsync(reason, null);
    }

    private async Task EndAsync(DeactivationReason reason, Exception? failure)
    {
        StopTimers();
        await DisposeGrainAsync();
        catalog.Remove(this);
        var rest = new List<Work>();
        lock (_gate)
        {
            _life = Life.Gone;
            while ((_interleaved.Take() ?? _queue.Take()) is { } work)
                rest.Add(work);
        }

        catalog.Log.Deactivated(id, reason.ReasonCode);
        _gone.TrySetResult();
        foreach (var work in rest)
        {
            // The tick of a timer ends with its activation; a call goes to the next one.
            if (failure is null && work is Call)
                catalog.Dispatch(id, work);
            else
                work.Reject(failure ?? new ObjectDisposedException(id.ToString()));
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers ?? []];
            _timers = null;
        }

        foreach (var timer in timers)
            timer.Dispose();
    }

    private async Task DisposeGrainAsync()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (GrainInstance as IDisposable)?.Dispose();
            if (_scopeHolder is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            catalog.Log.DeactivationFailed(exception, id);
        }
    }
}
