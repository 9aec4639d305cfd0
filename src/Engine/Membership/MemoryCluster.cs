using System.Collections.Immutable;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.Membership;

/// <summary>A cluster inside one process: of one silo, or of those of a test.</summary>
internal sealed class MemoryCluster
{
    private readonly Lock _gate = new();
    private readonly PartitionRow[] _partitions = new PartitionRow[ReminderTimes.Partitions];
    private ImmutableDictionary<SiloAddress, SiloRow> _silos = ImmutableDictionary<SiloAddress, SiloRow>.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterView Write(SiloRow row, bool announce)
    {
        lock (_gate)
        {
            _silos = _silos.SetItem(row.Silo, row);
            if (announce)
                Announce();
            return new ClusterView([.. _silos.Values], [.. _partitions]);
        }
    }

    public IReadOnlyList<Tenure> Take(SiloAddress silo, ClusterView view, IEnumerable<int> partitions)
    {
        lock (_gate)
        {
            var taken = partitions.Where(partition => _partitions[partition].Epoch == view.Partitions[partition].Epoch && (_partitions[partition].Owner is not { } owner || !_silos.ContainsKey(owner)))
                .Select(partition => new Tenure(partition, _partitions[partition].Epoch + 1)).ToArray();
            foreach (var tenure in taken)
                _partitions[tenure.Partition] = new PartitionRow(silo, tenure.Epoch);
            Announce();
            return taken;
        }
    }

    public void Free(SiloAddress silo, IEnumerable<Tenure> tenures)
    {
        lock (_gate)
        {
            foreach (var tenure in tenures.Where(tenure => silo.Equals(_partitions[tenure.Partition].Owner)))
                _partitions[tenure.Partition] = new PartitionRow(null, tenure.Epoch);
            Announce();
        }
    }

    public void Remove(SiloAddress silo)
    {
        lock (_gate)
        {
            _silos = _silos.Remove(silo);
            Announce();
        }
    }

    public Task ChangedAsync()
    {
        lock (_gate)
            return _changed.Task;
    }

    private void Announce()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One silo's access to a <see cref="MemoryCluster"/>. Who dies there is gone at once.</summary>
internal sealed class MemoryClusterTable(MemoryCluster cluster, SiloDetails silo, bool isShared) : IClusterTable
{
    private Task _changed = Task.CompletedTask;

    public bool IsShared => isShared;

    public bool IsLeased => false;

    public Task JoinAsync(SiloReport report, CancellationToken cancellationToken) => BeatAsync(report, judge: false, announce: true, cancellationToken);

    public Task<ClusterView> BeatAsync(SiloReport report, bool judge, bool announce, CancellationToken cancellationToken)
    {
        // Asked for first: a change at this moment is seen here or wakes the silo.
        _changed = cluster.ChangedAsync();
        var gateway = silo.GatewayAddress.Endpoint;
        return Task.FromResult(cluster.Write(new SiloRow(silo.SiloAddress, gateway.Port == 0 ? null : gateway, report.Status, null, report.Grains, report.Activations), announce));
    }

    public Task<IReadOnlyList<Tenure>> TakeAsync(ClusterView view, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken) =>
        Task.FromResult(cluster.Take(silo.SiloAddress, view, partitions));

    public Task FreeAsync(IReadOnlyCollection<Tenure> tenures, CancellationToken cancellationToken)
    {
        cluster.Free(silo.SiloAddress, tenures);
        return Task.CompletedTask;
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        cluster.Remove(silo.SiloAddress);
        return Task.CompletedTask;
    }

    public ValueTask DropAsync()
    {
        cluster.Remove(silo.SiloAddress);
        return ValueTask.CompletedTask;
    }
}
