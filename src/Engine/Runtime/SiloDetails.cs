using System.Net;
using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Runtime;

/// <summary>This silo. Its addresses are final once it listens.</summary>
internal sealed class SiloDetails : ILocalSiloDetails
{
    public SiloDetails(IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoints, TimeProvider time)
    {
        (ClusterId, ServiceId) = (cluster.Value.ClusterId, cluster.Value.ServiceId);
        // Seconds since 2022, as Orleans counts generations: a later life has a higher one.
        var generation = (int)(time.GetUtcNow() - new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
        var address = endpoints.Value.AdvertisedIPAddress;
        SiloAddress = SiloAddress.New(address, endpoints.Value.SiloPort, generation);
        GatewayAddress = SiloAddress.New(address, endpoints.Value.GatewayPort, generation);
    }

    public string Name => $"silo_{SiloAddress.Endpoint.Port}_{SiloAddress.Generation}";

    public string ClusterId { get; }

    public string ServiceId { get; }

    public string DnsHostName { get; } = Dns.GetHostName();

    /// <summary>The version of the program that runs here.</summary>
    public string Release { get; } = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public SiloAddress SiloAddress { get; set; }

    public SiloAddress GatewayAddress { get; set; }
}
