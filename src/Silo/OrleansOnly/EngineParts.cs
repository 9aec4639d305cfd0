using MetaGrains.Silo.OrleansOnly;
using MetaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace MetaGrains.Silo.Hosting;

/// <summary>What a silo of Orleans needs beside what both engines are told.</summary>
internal static class EngineParts
{
    // Clients that are told to go elsewhere have calls under way through this gateway, and answers wait in it.
    private static readonly TimeSpan GatewayCloses = TimeSpan.FromMilliseconds(300);

    public static ISiloBuilder AddEngineParts(this ISiloBuilder silo) => silo
        .Configure<SiloMessagingOptions>(options =>
            (options.ClientGatewayShutdownNotificationTimeout, options.WaitForMessageToBeQueuedForOutboundTime) = (GatewayCloses, GatewayCloses))
        // Counted from the start of the process, it would put out whoever starts slowly, in the moment in which it joins.
        // Who joins and dies is found by probes.
        .Configure<ClusterMembershipOptions>(options => options.EvictWhenMaxJoinAttemptTimeExceeded = false);

    /// <summary>What the process does for its cluster from before it joins until it leaves.</summary>
    public static Task CareAsync(IServiceProvider services, SiloSettings settings, ILogger logger, CancellationToken stopping) =>
        new SilentSilos(services, settings, TimeProvider.System, logger).BuryAsync(stopping);
}
