using MetaGrains.Engine.Membership;

namespace MetaGrains.Engine.Runtime;

/// <summary>
/// Answers about the cluster, from what each silo tells of itself with its heartbeat. Key format: 0. Called by
/// operators' tools; owns nothing.
/// </summary>
[GrainType("sys.management")]
internal sealed class ManagementGrain(ClusterMap map, Handover handover, SiloDetails silo) : Grain, IManagementGrain
{
    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) =>
        Task.FromResult(map.View.Silos.Where(one => !onlyActive || one.Status == SiloStatus.Active).ToDictionary(one => one.Silo, one => one.Status));

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => Task.FromResult(Reports()
        .SelectMany(one => one.Grains.Select(grains => new SimpleGrainStatistic { GrainType = grains.Key, SiloAddress = one.Silo, ActivationCount = grains.Value }))
        .ToArray());

    public Task<int> GetTotalActivationCount() => Task.FromResult(Reports().Sum(one => one.Activations));

    // What the others said last, and what is true here now.
    private IEnumerable<(SiloAddress Silo, IReadOnlyDictionary<string, int> Grains, int Activations)> Reports()
    {
        var own = handover.Report(SiloStatus.Active);
        return map.View.Living.Where(other => !other.Silo.Equals(silo.SiloAddress)).Select(other => (other.Silo, other.Grains, other.Activations))
            .Append((silo.SiloAddress, own.Grains, own.Activations));
    }
}
