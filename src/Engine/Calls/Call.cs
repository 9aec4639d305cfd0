using System.Diagnostics;
using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.Calls;

/// <summary>One call of a grain's method: what is asked, and (in a subclass) where the answer goes.</summary>
internal abstract class Call(MethodModel method, GrainId target, object?[] arguments) : Work
{
    private const int Begun = 1;
    private const int GivenUp = 2;

    private readonly Lock _gate = new();
    private CancellationTokenSource? _token;
    private Activation? _runsIn;
    private bool _cancelled;
    private int _progress;

    public MethodModel Method => method;

    public GrainId Target => target;

    public object?[] Arguments => arguments;

    public GrainId? Source { get; init; }

    /// <summary>The request context of the caller.</summary>
    public Dictionary<string, object>? Context { get; init; }

    /// <summary>The trace that the call belongs to.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>A timestamp of the clock; after it nobody waits for the answer.</summary>
    public long Deadline { get; init; }

    public sealed override Admission Admission => method.Admission;

    public sealed override bool KeepsAlive => true;

    protected bool IsCancelled => _cancelled;

    public bool HasBegun => Volatile.Read(ref _progress) == Begun;

    /// <summary>Takes the call back. True: it has not begun and never will.</summary>
    public bool GiveUp() => Interlocked.CompareExchange(ref _progress, GivenUp, 0) == 0;

    /// <summary>Asks the method to stop. If it has not begun it will not.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _cancelled = true;
            // The method's own code reacts to the token, so it does so in a turn.
            _runsIn?.Scheduler.Run(static token => ((CancellationTokenSource)token!).Cancel(), _token);
        }
    }

    public override async Task RunAsync(Activation activation)
    {
        if (_cancelled)
        {
            Reject(new OperationCanceledException($"{method} was cancelled before it began."));
            return;
        }

        if (activation.Catalog.DropsExpired && activation.Scheduler.Now > Deadline && GiveUp())
        {
            Reject(new NotRunInTimeException($"{method} of {target} came to its turn too late; it was not run."));
            return;
        }

        if (Interlocked.CompareExchange(ref _progress, Begun, 0) != 0)
            return;
        if (Context is not null)
            RequestContext.Current = Context;
        using var activity = EngineTelemetry.StartCall(this);
        try
        {
            if (method.TokenIndex >= 0)
                arguments[method.TokenIndex] = BeginToken(activation);
            await InvokeAsync(activation);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().FullName);
            activation.Failed(exception);
            Reject(exception);
        }
        finally
        {
            if (_token is not null)
                EndToken(activation);
        }
    }

    /// <summary>Runs the method and hands on its result.</summary>
    protected abstract Task InvokeAsync(Activation activation);

    private CancellationToken BeginToken(Activation activation)
    {
        lock (_gate)
        {
            _token = new CancellationTokenSource();
            _runsIn = activation;
        }

        activation.Track(this);
        return _token.Token;
    }

    private void EndToken(Activation activation)
    {
        activation.Untrack(this);
        lock (_gate)
            _runsIn = null;
    }
}

/// <inheritdoc cref="Call"/>
internal abstract class Call<T>(MethodModel<T> method, GrainId target, object?[] arguments) : Call(method, target, arguments)
{
    public new MethodModel<T> Method => method;

    protected abstract void SetResult(T result);

    protected sealed override async Task InvokeAsync(Activation activation)
    {
        var grain = activation.GrainInstance!;
        var filters = activation.Catalog.IncomingFilters;
        if (filters.Length == 0 && grain is not IIncomingGrainCallFilter)
        {
            SetResult(await method.InvokeAsync(grain, Arguments));
            return;
        }

        var context = new IncomingCallContext(this, activation, filters, async () => await method.InvokeAsync(grain, Arguments));
        await context.Invoke();
        SetResult(context.Result is T result ? result : default!);
    }
}
