using MetaGrains.Engine.Network;
using MetaGrains.Engine.Serialization;

namespace MetaGrains.Engine.Calls;

/// <summary>A call that waits for its answer in this process.</summary>
internal interface IPendingCall
{
    Call Call { get; }

    /// <summary>Its number on the connection that it was sent on; 0 as long as it has not left.</summary>
    long RequestId { get; set; }

    /// <summary>The connection that it was sent on.</summary>
    SiloLink? Link { get; set; }

    bool IsOver { get; }

    /// <summary>The links of <see cref="Deadlines"/>; only that touches them.</summary>
    ref DeadlineLinks Links { get; }

    void TimeOut();

    /// <summary>Takes the result from the wire.</summary>
    void Complete(ref WireReader reader);
}

/// <summary>A call made in this process, whether the grain lives here or behind a connection.</summary>
internal sealed class OutgoingCall<T>(MethodModel<T> method, GrainId target, object?[] arguments, GrainCaller caller)
    : Call<T>(method, target, arguments), IPendingCall
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private DeadlineLinks _links;

    public Task<T> Answer => _answer.Task;

    public long RequestId { get; set; }

    public SiloLink? Link { get; set; }

    public bool IsOver => _answer.Task.IsCompleted;

    Call IPendingCall.Call => this;

    ref DeadlineLinks IPendingCall.Links => ref _links;

    /// <summary>Sends it. From now on exactly one of answer, error, timeout and cancellation ends it.</summary>
    public void Start(CancellationToken token)
    {
        if (Method.IsOneWay)
        {
            caller.Send(this);
            _answer.TrySetResult(default!);
            return;
        }

        caller.Deadlines.Add(this);
        if (token.CanBeCanceled)
            _cancellation = token.UnsafeRegister(static (self, reason) => ((OutgoingCall<T>)self!).CancelByCaller(reason), this);
        caller.Send(this);
        // Answered while the registration was being made: nobody else will undo it.
        if (_answer.Task.IsCompleted)
            _cancellation.Dispose();
    }

    public void TimeOut()
    {
        if (!_answer.TrySetException(caller.Late(this)))
            return;
        if (caller.Messaging.CancelRequestOnTimeout)
            caller.Cancel(this);
        Finish();
    }

    public void Complete(ref WireReader reader) => SetAnswer(Method.Result is { } codec ? codec.Read(ref reader) : default!);

    public override void Reject(Exception reason)
    {
        if (Method.IsOneWay)
            caller.Log.OneWayFailed(reason, Method, Target);
        else if (_answer.TrySetException(reason))
            Finish();
    }

    public override void Misrouted() => caller.Reroute(this);

    protected override void SetResult(T result)
    {
        if (!Method.IsOneWay)
            SetAnswer(Method.CopyResult(result));
    }

    private void SetAnswer(T result)
    {
        if (_answer.TrySetResult(result))
            Finish();
    }

    private void CancelByCaller(CancellationToken reason)
    {
        if (!_answer.TrySetCanceled(reason))
            return;
        caller.Cancel(this);
        Finish();
    }

    private void Finish()
    {
        caller.Deadlines.Remove(this);
        caller.Finished(this);
        // Not Dispose: that would wait for a callback that may be the one which runs this.
        _cancellation.Unregister();
    }
}
