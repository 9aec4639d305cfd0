using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains cluster</c>: silos and what they hold.</summary>
internal static class ClusterVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(checkout, "cluster", "Show the silos, their engine, and how many grains are awake.", "cluster", ApiScope.All, [], async session =>
        {
            var cluster = await session.Api.GetAsync<Cluster>(Routes.Cluster, session.Cancellation);
            session.Terminal.Table(["silo", "status"], cluster.Silos.Select(silo => new[] { silo.Address, silo.Status }));
            session.Terminal.Table(["grains", ">awake"], cluster.Activations.Select(count => new[] { count.Type, Cell(count.Count) }));
            session.Terminal.Line($"MetaGrains {cluster.Version} on the engine {cluster.Engine}: {(cluster.Ready ? "ready" : "NOT ready")}.");
            session.Terminal.Result(cluster);
            return cluster.Ready ? ExitCode.Ok : ExitCode.Failed;
        });
}
