using System.CommandLine;
using System.Globalization;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains cluster</c>: silos and what they hold.</summary>
internal static class ClusterVerb
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "cluster", "Show the silos, their engine, and how many grains are awake.", "cluster --watch", ApiScope.All,
            [Verb.Flag("--watch", "Show it again every 2 s until Ctrl-C.")],
            async session =>
            {
                while (true)
                {
                    var cluster = await session.Api.GetAsync<Cluster>(Routes.Cluster, session.Cancellation);
                    Show(session.Terminal, cluster);
                    if (!session.Value<bool>("--watch"))
                        return cluster.Ready ? ExitCode.Ok : ExitCode.Failed;
                    await Task.Delay(Pace, TimeProvider.System, session.Cancellation);
                }
            });

    private static void Show(Terminal terminal, Cluster cluster)
    {
        terminal.Table(
            ["silo", "name", "status", "release", "gateway", "heartbeat", ">partitions", ">grains", ">reminders", ">late"],
            cluster.Silos.Select(silo => new[]
            {
                silo.Address, silo.Name ?? "", Status(silo), silo.Release ?? "", silo.Gateway ?? "", Cell(silo.HeartbeatAt),
                Cell(silo.Partitions), Cell(silo.Activations), Cell(silo.Reminders),
                silo.ReminderLagSeconds is { } late ? $"{late.ToString("0.0", CultureInfo.InvariantCulture)} s" : "",
            }));
        terminal.Table(["grains", ">awake"], cluster.Activations.Select(count => new[] { count.Type, Cell(count.Count) }));
        terminal.Line($"MetaGrains {cluster.Version} on the engine {cluster.Engine}: {(cluster.Ready ? "ready" : "NOT ready")}.");
        terminal.Result(cluster);
    }

    private static string Status(SiloInfo silo) => silo is { Status: "active", DrainAskedAt: not null } ? "active, asked to leave" : silo.Status;
}
