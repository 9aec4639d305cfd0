using System.Net;

namespace MetaGrains.Engine.Membership;

/// <summary>A silo as its row tells.</summary>
/// <param name="DiesIn">When it will count as gone unless it shows itself; null: nothing speaks against it.</param>
internal sealed record SiloRow(SiloAddress Silo, IPEndPoint? Gateway, SiloStatus Status, TimeSpan? DiesIn, IReadOnlyDictionary<string, int> Grains, int Activations);

/// <summary>Who owns a partition, if anybody does.</summary>
internal readonly record struct PartitionRow(SiloAddress? Owner, long Epoch);

/// <summary>The cluster at one moment: its silos, and the partitions by number.</summary>
internal sealed class ClusterView(IReadOnlyList<SiloRow> silos, PartitionRow[] partitions)
{
    private readonly Dictionary<SiloAddress, SiloRow> _living = silos.Where(silo => silo.Status != SiloStatus.Dead).ToDictionary(silo => silo.Silo);

    public static ClusterView Empty { get; } = new([], []);

    public IReadOnlyList<SiloRow> Silos => silos;

    public PartitionRow[] Partitions => partitions;

    public IEnumerable<SiloRow> Living => _living.Values;

    /// <summary>The silo's row, unless it is dead or has left.</summary>
    public SiloRow? Find(SiloAddress? silo) => silo is null ? null : _living.GetValueOrDefault(silo);
}

/// <summary>The last view that this silo has seen.</summary>
internal sealed class ClusterMap
{
    private volatile ClusterView _view = ClusterView.Empty;

    public ClusterView View
    {
        get => _view;
        set => _view = value;
    }
}

/// <summary>What a silo writes with each heartbeat.</summary>
internal sealed record SiloReport(SiloStatus Status, int Activations, int Reminders, TimeSpan ReminderLag, IReadOnlyDictionary<string, int> Grains);
