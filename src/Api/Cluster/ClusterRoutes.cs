using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Health;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;

namespace MetaGrains.Api.Cluster;

/// <summary>The cluster, as the silos say.</summary>
/// <param name="Engine">Orleans or Portable.</param>
/// <param name="Version">Version of the product.</param>
/// <param name="Ready">Whether database, schema and at least one silo are there.</param>
/// <param name="Silos">The silos; none when none answers within 2 s.</param>
/// <param name="Activations">Grains in memory, by class.</param>
public sealed record ClusterView(string Engine, string Version, bool Ready, IReadOnlyList<SiloView> Silos, IReadOnlyList<ActivationCount> Activations);

/// <summary>A silo.</summary>
/// <param name="Address">Where it listens, and its generation.</param>
/// <param name="Status">active, joining, stopping …</param>
public sealed record SiloView(string Address, string Status);

/// <summary>Grains of a class that are in memory.</summary>
/// <param name="Type">The class.</param>
/// <param name="Count">How many.</param>
public sealed record ActivationCount(string Type, int Count);

/// <summary>The cluster.</summary>
internal static class ClusterRoutes
{
    private static readonly ClusterView Example = new(
        "Orleans", "0.1.0", true, [new SiloView("10.0.0.5:30000@530812345", "active")], [new ActivationCount("MetaGrains.Grains.Accounts.AdAccountGrain", 1200)]);

    public static void MapCluster(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/cluster", Access.Operator, new("getCluster", "Cluster", "Show the cluster", new AnswerDoc(200, "The cluster.", Example)), ShowAsync);

    private static async Task<IResult> ShowAsync(SiloCalls silo, Readiness readiness, CancellationToken cancellationToken)
    {
        var missing = readiness.MissingAsync(cancellationToken);
        var seen = await silo.LookAsync("the cluster", LookAsync, cancellationToken);
        return Answer.Ok(new ClusterView(
            BuildInfo.GrainEngine, BuildInfo.Version, (await missing).Count == 0,
            [.. (seen?.Hosts ?? []).OrderBy(host => host.Key).Select(host => new SiloView(host.Key.ToParsableString(), host.Value.ToString().ToLowerInvariant()))],
            [.. (seen?.Grains ?? []).GroupBy(count => ClassOf(count.GrainType)).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ActivationCount(group.Key, group.Sum(count => count.ActivationCount)))]));
    }

    // Orleans names the assembly behind the class.
    private static string ClassOf(string type) => type.Split(',')[0];

    private static async Task<Sight?> LookAsync(IGrainFactory grains)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        return new Sight(await management.GetHosts(), await management.GetSimpleGrainStatistics());
    }

    private sealed record Sight(Dictionary<SiloAddress, SiloStatus> Hosts, SimpleGrainStatistic[] Grains);
}
