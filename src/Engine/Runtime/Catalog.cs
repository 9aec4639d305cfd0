using System.Collections.Concurrent;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Reminders;
using Orleans.Configuration;

namespace MetaGrains.Engine.Runtime;

/// <summary>The activations of this silo: finds or makes the one a piece of work is for, collects idle ones, ends all.</summary>
internal sealed class Catalog(GrainClasses classes, Ownership ownership, SiloMessagingOptions messaging, GrainCollectionOptions collection, IServiceProvider services, TimeProvider time, EngineLog log)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private ITimer? _collector;
    private volatile bool _stopping;

    public Ownership Ownership => ownership;

    /// <summary>Whether the silo is on its way out.</summary>
    public bool IsStopping
    {
        get => _stopping;
        set => _stopping = value;
    }

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
                if (ownership.Of(id) is not { } tenure)
                {
                    work.Misrouted();
                    return;
                }

                if (classes.Find(id.Type) is not { } grainClass)
                {
                    work.Reject(new OrleansMessageRejectionException($"This silo has no grain class with [GrainType(\"{id.Type}\")]; the call was not run."));
                    return;
                }

                activation = _activations.GetOrAdd(id, static (id, make) => new Activation(make.grainClass, id, make.tenure, make.catalog), (grainClass, tenure, catalog: this));
                // Given away at this very moment: whoever ends the partition's grains may have missed this one.
                if (!ownership.IsOpen(activation.Tenure))
                    activation.Drop();
            }
        }
        while (!activation.Receive(work));
    }

    public Activation? Find(GrainId id) => _activations.GetValueOrDefault(id);

    public void Remove(Activation activation) => _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));

    /// <summary>
    /// Ends the activations of partitions, each partition by itself; those that have not ended in time are dropped. A
    /// task per partition tells when nothing of it is left to wait for.
    /// </summary>
    public Dictionary<Tenure, Task> End(IReadOnlyCollection<Tenure> tenures, DeactivationReason reason, CancellationToken cancellationToken)
    {
        var ending = Under(tenures).ToLookup(activation => activation.Tenure);
        return tenures.ToDictionary(tenure => tenure, tenure => EndAsync([.. ending[tenure]], reason, cancellationToken));
    }

    /// <summary>Drops the activations of partitions that are lost.</summary>
    public void Drop(IReadOnlyCollection<Tenure> tenures)
    {
        foreach (var activation in Under(tenures))
            activation.Drop();
    }

    /// <summary>Goes on with turns that were held up.</summary>
    public void Resume()
    {
        foreach (var activation in _activations.Values)
            activation.Resume();
    }

    /// <summary>Returns how many activations are cut off.</summary>
    public int Stop()
    {
        _collector?.Dispose();
        return _activations.Count;
    }

    private async Task EndAsync(Activation[] ending, DeactivationReason reason, CancellationToken cancellationToken)
    {
        foreach (var activation in ending)
            activation.Deactivate(reason, CancellationToken.None);
        try
        {
            await Task.WhenAll(ending.Select(activation => activation.Deactivated)).WaitAsync(collection.DeactivationTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            foreach (var activation in ending)
                activation.Drop();
        }
    }

    private Activation[] Under(IReadOnlyCollection<Tenure> tenures)
    {
        var wanted = new Tenure?[ReminderTimes.Partitions];
        foreach (var tenure in tenures)
            wanted[tenure.Partition] = tenure;
        return [.. _activations.Values.Where(activation => ReferenceEquals(wanted[activation.Tenure.Partition], activation.Tenure))];
    }

    private void Collect()
    {
        foreach (var activation in _activations.Values)
            activation.Collect(collection.ClassSpecificCollectionAge.GetValueOrDefault(activation.Class.Type.FullName!, collection.CollectionAge));
    }
}
