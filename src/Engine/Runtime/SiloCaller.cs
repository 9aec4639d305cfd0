using MetaGrains.Engine.Calls;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Runtime;

/// <summary>A timeout of a call that surely has not run.</summary>
internal sealed class NotRunInTimeException(string message) : TimeoutException(message);

/// <summary>Calls made inside a silo. All grains are its own.</summary>
internal sealed class SiloCaller(
    IServiceProvider services, ApplicationParts parts, GrainClasses classes, Catalog catalog, IOptions<SiloMessagingOptions> messaging, IEnumerable<IOutgoingGrainCallFilter> filters)
    : GrainCaller(services, parts, messaging.Value, catalog.Time, catalog.Log, filters)
{
    public override void Send(Call call) => catalog.Dispatch(call.Target, call);

    public override void Cancel(Call call) => call.Cancel();

    // Here it can be known whether the method has begun; if not it is taken back.
    public override Exception Late(IPendingCall call) => Messaging.DropExpiredMessages && call.Call.GiveUp()
        ? new NotRunInTimeException($"{call.Call.Method} of {call.Call.Target} did not begin within {TimeoutOf(call.Call.Method)}; it was not run.")
        : base.Late(call);

    protected override GrainType TypeOf(ContractModel contract, string? classNamePrefix) => classes.Implementing(contract.Interface, classNamePrefix).GrainType;
}
