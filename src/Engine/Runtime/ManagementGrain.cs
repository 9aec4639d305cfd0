using MetaGrains.Engine.Membership;

namespace MetaGrains.Engine.Runtime;

/// <summary>Answers about the cluster. Key format: 0. Called by operators' tools; owns nothing.</summary>
[GrainType("sys.management")]
internal sealed class ManagementGrain : Grain, IManagementGrain
{
    private readonly IMembership _membership;
    private readonly GrainClasses _classes;
    private readonly Catalog _catalog;
    private readonly ILocalSiloDetails _silo;

    public ManagementGrain(IMembership membership, GrainClasses classes, Catalog catalog, ILocalSiloDetails silo) =>
        (_membership, _classes, _catalog, _silo) = (membership, classes, catalog, silo);

    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) => _membership.HostsAsync(onlyActive);

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => Task.FromResult(_classes.All
        .Where(grainClass => grainClass.Activations > 0)
        .Select(grainClass => new SimpleGrainStatistic { GrainType = grainClass.Type.FullName!, SiloAddress = _silo.SiloAddress, ActivationCount = grainClass.Activations })
        .ToArray());

    public Task<int> GetTotalActivationCount() => Task.FromResult(_catalog.Count);
}
