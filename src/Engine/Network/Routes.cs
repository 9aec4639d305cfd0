using System.Net;
using MetaGrains.Engine.Reminders;

namespace MetaGrains.Engine.Network;

/// <summary>Where a partition's silo listens, as far as it is known, and of which epoch that knowledge is.</summary>
internal sealed record Route(IPEndPoint? Endpoint, long Epoch);

/// <summary>Which connection a call goes to. What is learned later counts only if it is of a later epoch.</summary>
internal sealed class Routes
{
    private static readonly Route Unknown = new(null, -1);

    private readonly Lock _gate = new();
    private readonly Route[] _routes = [.. Enumerable.Repeat(Unknown, ReminderTimes.Partitions)];

    public Route Of(GrainId grain) => Volatile.Read(ref _routes[ReminderTimes.PartitionOf(grain)]);

    /// <summary>A silo said who owns a grain. False: that was known.</summary>
    public bool Learn(GrainId grain, Route route)
    {
        lock (_gate)
        {
            ref var known = ref _routes[ReminderTimes.PartitionOf(grain)];
            if (route.Endpoint is null || route.Epoch < known.Epoch || (route.Epoch == known.Epoch && known.Endpoint is not null))
                return false;
            known = route;
            return true;
        }
    }

    /// <summary>The database says who owns a partition; it may be behind what silos said.</summary>
    public void Set(int partition, Route route)
    {
        lock (_gate)
        {
            if (route.Epoch >= _routes[partition].Epoch)
                _routes[partition] = route;
        }
    }

    /// <summary>Nobody answers there any more.</summary>
    public void Forget(IPEndPoint endpoint)
    {
        lock (_gate)
        {
            for (var partition = 0; partition < _routes.Length; partition++)
            {
                if (endpoint.Equals(_routes[partition].Endpoint))
                    _routes[partition] = _routes[partition] with { Endpoint = null };
            }
        }
    }
}
