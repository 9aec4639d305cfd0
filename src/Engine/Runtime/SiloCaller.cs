using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Network;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Runtime;

/// <summary>A timeout of a call that surely has not run.</summary>
internal sealed class NotRunInTimeException(string message) : TimeoutException(message);

/// <summary>Calls made inside a silo: to its own grains directly, to those of other silos over the network.</summary>
internal sealed class SiloCaller : GrainCaller
{
    private readonly GrainClasses _classes;
    private readonly Catalog _catalog;

    public SiloCaller(
        IServiceProvider services, ApplicationParts parts, GrainClasses classes, Catalog catalog, IOptions<SiloMessagingOptions> messaging, LinkOptions options,
        IEnumerable<IOutgoingGrainCallFilter> filters)
        : base(services, parts, messaging.Value, catalog.Time, catalog.Log, filters) =>
        (_classes, _catalog, Router) = (classes, catalog, new Router(this, options, Send, anySilo: false));

    public Router Router { get; }

    /// <summary>Whether other silos can take what this one has to give up.</summary>
    public bool HasHeirs { get; set; }

    public override void Send(Call call) => _catalog.Dispatch(call.Target, call);

    public override void Reroute(Call call)
    {
        if (_catalog.IsStopping && !HasHeirs)
            call.Reject(new SiloUnavailableException("The silo is stopping; the call was not run."));
        else
            Router.Send(call);
    }

    public override void Cancel(Call call)
    {
        call.Cancel();
        base.Cancel(call);
    }

    // Here it can be known whether the method has begun; if not it is taken back.
    public override Exception Late(IPendingCall call) => call.Link is null && Messaging.DropExpiredMessages && call.Call.GiveUp()
        ? new NotRunInTimeException($"{call.Call.Method} of {call.Call.Target} did not begin within {TimeoutOf(call.Call.Method)}; it was not run.")
        : base.Late(call);

    protected override GrainType TypeOf(ContractModel contract, string? classNamePrefix) => _classes.Implementing(contract.Interface, classNamePrefix).GrainType;
}
