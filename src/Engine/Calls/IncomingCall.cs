using System.Diagnostics;
using MetaGrains.Engine.Network;

namespace MetaGrains.Engine.Calls;

/// <summary>What stands before the arguments of a call on the wire.</summary>
internal sealed record IncomingHeader(long RequestId, GrainId Target, GrainId? Source, Dictionary<string, object>? Context, ActivityContext Trace, long Deadline);

/// <summary>The connection that asked.</summary>
internal interface IReplyTo
{
    void Succeed<T>(long requestId, MethodModel<T> method, T result);

    /// <summary>The outcome says whether the method may have run.</summary>
    void Fail(long requestId, Exception reason, Outcome outcome);

    /// <summary>Another silo owns the grain; the method has not run.</summary>
    void SendElsewhere(long requestId, GrainId target);
}

/// <summary>A call from another process; its answer goes back over the connection.</summary>
internal sealed class IncomingCall<T>(MethodModel<T> method, GrainId target, object?[] arguments, IReplyTo reply, long requestId) : Call<T>(method, target, arguments)
{
    public override void Reject(Exception reason) => reply.Fail(requestId, reason, HasBegun ? Outcome.Exception : Outcome.NotRun);

    public override void Misrouted() => reply.SendElsewhere(requestId, Target);

    protected override void SetResult(T result) => reply.Succeed(requestId, Method, result);
}
