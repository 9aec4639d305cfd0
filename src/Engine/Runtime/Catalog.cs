using System.Collections.Concurrent;
using MetaGrains.Engine.Calls;
using Orleans.Configuration;

namespace MetaGrains.Engine.Runtime;

/// <summary>The activations of this silo: finds or makes the one a piece of work is for, collects idle ones, ends all.</summary>
internal sealed class Catalog(GrainClasses classes, SiloMessagingOptions messaging, GrainCollectionOptions collection, IServiceProvider services, TimeProvider time, EngineLog log)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private ITimer? _collector;
    private volatile bool _stopping;

    public IServiceProvider Services => services;

    public TimeProvider Time => time;

    public EngineLog Log => log;

    public GrainCollectionOptions Collection => collection;

    public bool DropsExpired => messaging.DropExpiredMessages;

    public int MaxWaiting { get; } = messaging.MaxEnqueuedRequestsHardLimit > 0 ? messaging.MaxEnqueuedRequestsHardLimit : int.MaxValue;

    public GrainCaller Caller { get; private set; } = null!;

    public IIncomingGrainCallFilter[] IncomingFilters { get; private set; } = [];

    public int Count => _activations.Count;

    public void Start(GrainCaller caller, IEnumerable<IIncomingGrainCallFilter> filters)
    {
        (Caller, IncomingFilters) = (caller, [.. filters]);
        _collector = time.CreateTimer(static self => ((Catalog)self!).Collect(), this, collection.CollectionQuantum, collection.CollectionQuantum);
    }

    /// <summary>Gives work to its grain, which is activated if it is not.</summary>
    public void Dispatch(GrainId id, Work work)
    {
        Activation? activation;
        do
        {
            if (!_activations.TryGetValue(id, out activation))
            {
                if (_stopping)
                {
                    work.Reject(new SiloUnavailableException("The silo is stopping; the call was not run."));
                    return;
                }

                if (classes.Find(id.Type) is not { } grainClass)
                {
                    work.Reject(new OrleansMessageRejectionException($"This silo has no grain class with [GrainType(\"{id.Type}\")]; the call was not run."));
                    return;
                }

                activation = _activations.GetOrAdd(id, static (id, make) => new Activation(make.grainClass, id, make.catalog), (grainClass, catalog: this));
            }
        }
        while (!activation.Receive(work));
    }

    public Activation? Find(GrainId id) => _activations.GetValueOrDefault(id);

    public void Remove(Activation activation) => _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));

    /// <summary>Ends every activation; what has not ended in time is cut off. Returns how many that were.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _collector?.Dispose();
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is stopping.");
        var all = _activations.Values.ToArray();
        foreach (var activation in all)
            activation.Deactivate(reason, CancellationToken.None);
        try
        {
            await Task.WhenAll(all.Select(activation => activation.Deactivated)).WaitAsync(collection.DeactivationTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            foreach (var activation in _activations.Values)
                activation.CancelCalls();
        }

        return _activations.Count;
    }

    private void Collect()
    {
        foreach (var activation in _activations.Values)
            activation.Collect(collection.ClassSpecificCollectionAge.GetValueOrDefault(activation.Class.Type.FullName!, collection.CollectionAge));
    }
}
