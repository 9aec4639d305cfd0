using MetaGrains.Testing;
using MetaGrains.Warehouse;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>What can happen between machines: <see cref="ChaosCluster.HealsAsync"/>.</summary>
[Collection("chaos")]
public sealed class ChaosNetworkTests
{
    // Longer than the probes need to find it out.
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(12);

    [HostsFact]
    public async Task One_silo_is_cut_off_from_the_others_and_not_from_the_database()
    {
        await using var hosts = await Hosts.StartAsync(3);
        var lines = new List<Line>();
        await using var cluster = await ChaosCluster.StartAsync((number, cluster) => StartAsync(number % 3, cluster));

        await cluster.HealsAsync(async () =>
        {
            await hosts.CutAsync(0);
            var began = TimeProvider.System.GetTimestamp();
            await Eventually.TrueAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > Cut), "it was away for long");
            await hosts.MendAsync(0);
            await cluster.ReplaceEndedAsync();
        });

        foreach (var line in lines)
            await line.DisposeAsync();

        // What listens on loopback is reached by lines.
        Task<HostProcess> StartAsync(int number, ChaosCluster cluster)
        {
            var database = DatabaseUrl.Parse(cluster.System.Database.Url);
            lines.Add(Line.To(database.Host!, database.Port, hosts.Gateway));
            lines.Add(Line.To("127.0.0.1", cluster.System.Gate.Address.Port, hosts.Gateway));
            return cluster.System.NewSiloAsync(
                hosts.Under(number),
                new()
                {
                    ["METAGRAINS_DATABASE_URL"] = cluster.System.DatabaseUrlBy(hosts.Gateway.ToString(), lines[^2].Port),
                    ["META_API_BASE_URL"] = $"http://{hosts.Gateway}:{lines[^1].Port}/",
                    ["METAGRAINS_CLUSTER_SECRET"] = "a secret of the tests, long enough",
                },
                hosts.Address(number));
        }
    }
}
