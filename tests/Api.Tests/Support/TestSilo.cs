using System.Net;
using System.Net.Sockets;
using MetaGrains.Api.Silo;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Testing;
using MetaGrains.Warehouse;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Api.Tests.Support;

/// <summary>A real silo of the engine, in this process, whose grains stand in for ours.</summary>
internal static class TestSilo
{
    public const string Secret = "a secret of the tests";

    public static async Task<IHost> StartAsync(TestDatabase database)
    {
        var connection = DatabaseUrl.ForEngine(database.Url).ConnectionString;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("METAGRAINS_CLUSTER_SECRET", Secret)]);
        builder.Services.AddGrainContracts();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (SiloClient.ClusterName, SiloClient.ClusterName))
            .Configure<ClusterMembershipOptions>(options => options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1))
            .ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort())
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection)));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
