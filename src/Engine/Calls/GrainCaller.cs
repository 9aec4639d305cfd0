using System.Collections.Concurrent;
using System.Globalization;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using Orleans.Configuration;

namespace MetaGrains.Engine.Calls;

/// <summary>Makes references and sends calls: inside a silo to its grains, in a client over a connection.</summary>
internal abstract class GrainCaller : IClusterClient, IDisposable
{
    private readonly ConcurrentDictionary<Type, ContractModel> _contracts = new();

    protected GrainCaller(IServiceProvider services, ApplicationParts parts, MessagingOptions messaging, TimeProvider time, EngineLog log, IEnumerable<IOutgoingGrainCallFilter> filters)
    {
        (ServiceProvider, Parts, Messaging, Time, Log) = (services, parts, messaging, time, log);
        (Codecs, Deadlines, OutgoingFilters) = (new Codecs(parts, this), new Deadlines(time), [.. filters]);
    }

    public IServiceProvider ServiceProvider { get; }

    public ApplicationParts Parts { get; }

    public MessagingOptions Messaging { get; }

    public TimeProvider Time { get; }

    public EngineLog Log { get; }

    public Codecs Codecs { get; }

    public Deadlines Deadlines { get; }

    public IOutgoingGrainCallFilter[] OutgoingFilters { get; }

    /// <summary>Sends a call; what goes wrong is told to the call.</summary>
    public abstract void Send(Call call);

    /// <summary>Sends a call to another process, because its grain does not live in this one.</summary>
    public abstract void Reroute(Call call);

    /// <summary>Tells the grain that the caller does not want the answer any more.</summary>
    public virtual void Cancel(Call call)
    {
        if (call is IPendingCall { Link: { } link } pending)
            link.Cancel(pending.RequestId);
    }

    /// <summary>The call is over, however that came.</summary>
    public void Finished(IPendingCall call) => call.Link?.Forget(call.RequestId);

    /// <summary>What a caller gets whose call is late.</summary>
    public virtual Exception Late(IPendingCall call) =>
        new TimeoutException($"{call.Call.Method} of {call.Call.Target} did not answer within {TimeoutOf(call.Call.Method)}; it may still run.");

    /// <summary>The grain class behind an interface.</summary>
    protected abstract GrainType TypeOf(ContractModel contract, string? classNamePrefix);

    public ContractModel Contract(Type type) => _contracts.TryGetValue(type, out var known) ? known : _contracts.GetOrAdd(type, new ContractModel(type, Codecs));

    public object Reference(Type type, GrainId id) => Contract(type).Reference(this, id);

    public object? Call(GrainReference reference, MethodModel method, object?[] arguments) => method.Call(this, reference, arguments);

    public TimeSpan TimeoutOf(MethodModel method) => method.Timeout ?? Messaging.ResponseTimeout;

    public long DeadlineOf(MethodModel method) => Time.Deadline(TimeoutOf(method));

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)Get(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey =>
        (TGrainInterface)(object)Get(typeof(TGrainInterface), primaryKey.ToString("X", CultureInfo.InvariantCulture), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => (TGrainInterface)Reference(typeof(TGrainInterface), grainId);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)(object)Get(grainInterfaceType, grainPrimaryKey, null);

    public virtual void Dispose() => Deadlines.Dispose();

    private GrainReference Get(Type type, string key, string? classNamePrefix)
    {
        if (string.IsNullOrEmpty(key))
            throw new ArgumentException("A grain's key is not empty.", nameof(key));
        var contract = Contract(type);
        return contract.Reference(this, GrainId.Create(TypeOf(contract, classNamePrefix), key));
    }
}
