using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Health;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Cluster;

/// <summary>The cluster, as the silos say.</summary>
/// <param name="Engine">Orleans or Portable.</param>
/// <param name="Version">Version of the product.</param>
/// <param name="Ready">Whether database, schema and at least one silo are there.</param>
/// <param name="Silos">The silos, the oldest first.</param>
/// <param name="Activations">Grains in memory, by class; none when no silo answers within 2 s.</param>
public sealed record ClusterView(string Engine, string Version, bool Ready, IReadOnlyList<SiloView> Silos, IReadOnlyList<ActivationCount> Activations);

/// <summary>A silo. What its engine does not tell is null.</summary>
/// <param name="Address">Where other silos reach it, and its generation.</param>
/// <param name="Status">joining, active, draining or dead (within the last hour).</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Gateway">Where clients reach it.</param>
/// <param name="Release">Version of its program.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="HeartbeatAt">Its last sign of life.</param>
/// <param name="Partitions">Partitions of grains that it owns, of 256.</param>
/// <param name="Activations">Grains in its memory.</param>
/// <param name="Reminders">Reminders that it ticks.</param>
/// <param name="ReminderLagSeconds">How late its oldest reminder is.</param>
/// <param name="DrainAskedAt">When it was asked to leave.</param>
public sealed record SiloView(
    string Address, string Status, string? Name = null, string? Host = null, string? Gateway = null, string? Release = null, DateTimeOffset? StartedAt = null,
    DateTimeOffset? HeartbeatAt = null, int? Partitions = null, int? Activations = null, int? Reminders = null, double? ReminderLagSeconds = null, DateTimeOffset? DrainAskedAt = null)
{
    internal static SiloView Of(SiloRecord silo) => new(
        silo.Silo, silo.Status, silo.Name, silo.Host, silo.Gateway, silo.Release, silo.StartedAt, silo.HeartbeatAt,
        silo.Partitions, silo.Activations, silo.Reminders, silo.ReminderLag?.TotalSeconds, silo.DrainAskedAt);
}

/// <summary>Grains of a class that are in memory.</summary>
/// <param name="Type">The class.</param>
/// <param name="Count">How many.</param>
public sealed record ActivationCount(string Type, int Count);

/// <summary>The cluster.</summary>
internal static class ClusterRoutes
{
    private const string Tag = "Cluster";

    private static readonly SiloView Silo = new(
        "10.0.0.5:11111@530812345", "active", "Silo_5f2c1", "host-5", "10.0.0.5:30000", "0.1.0", Noon, Noon.AddHours(2), 128, 1200, 600, 0.04, null);

    private static readonly ClusterView Example = new(
        "Portable", "0.1.0", true, [Silo], [new ActivationCount("MetaGrains.Grains.Accounts.AdAccountGrain", 1200)]);

    private static DateTimeOffset Noon => new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);

    public static void MapCluster(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", "/v1/cluster", Access.Operator, new("getCluster", Tag, "Show the cluster", new AnswerDoc(200, "The cluster.", Example)), ShowAsync);
        routes.MapRoute("POST", "/v1/cluster/silos/{silo}/drain", Access.Operator, new(
            "drainSilo", Tag, "Let a silo leave",
            new AnswerDoc(202, "It was asked, and leaves within seconds.", Silo with { DrainAskedAt = Noon }))
        {
            Description = "The silo ends the calls that it has begun, gives its grains to the others and ends its process with code 0; asking again changes nothing. "
                + "It is named by its address, with or without the generation, or by its name.",
        }, DrainAsync);
    }

    private static async Task<IResult> ShowAsync(SiloCalls calls, ClusterDirectory cluster, Readiness readiness, CancellationToken cancellationToken)
    {
        var missing = readiness.MissingAsync(cancellationToken);
        var seen = await calls.LookAsync("the cluster", LookAsync, cancellationToken);
        return Answer.Ok(new ClusterView(
            BuildInfo.GrainEngine, BuildInfo.Version, (await missing).Count == 0, [.. await SilosAsync(cluster, seen, cancellationToken)],
            [.. (seen?.Grains ?? []).GroupBy(count => ClassOf(count.GrainType)).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ActivationCount(group.Key, group.Sum(count => count.ActivationCount)))]));
    }

    // Those of the tables, and any that answers and stands in none.
    private static async Task<IEnumerable<SiloView>> SilosAsync(ClusterDirectory cluster, Sight? seen, CancellationToken cancellationToken)
    {
        var listed = (await cluster.SilosAsync(SiloClient.ClusterName, cancellationToken)).Select(SiloView.Of).ToArray();
        return listed.Concat((seen?.Hosts ?? [])
            .Select(host => new SiloView(host.Key.ToParsableString(), host.Value.ToString().ToLowerInvariant()))
            .Where(host => host.Status != "dead" && Array.TrueForAll(listed, silo => silo.Address != host.Address))
            .OrderBy(host => host.Address, StringComparer.Ordinal));
    }

    private static async Task<IResult> DrainAsync(string silo, ClusterDirectory cluster, CancellationToken cancellationToken)
    {
        if (await cluster.DrainAsync(SiloClient.ClusterName, silo, cancellationToken) is not { } address)
            throw ProblemException.NotFound("silo", $"No silo '{Quoted.Of(silo)}' lives.", "GET /v1/cluster lists them.");
        return Answer.Accepted((await cluster.SilosAsync(SiloClient.ClusterName, cancellationToken)).Where(one => one.Silo == address).Select(SiloView.Of).First());
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
