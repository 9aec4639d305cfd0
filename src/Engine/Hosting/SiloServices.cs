using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace MetaGrains.Engine.Hosting;

/// <summary>Everything a silo or a client is made of.</summary>
internal static class SiloServices
{
    private const string ClientMark = "A client is already set up in these services: a process is a silo or a client.";

    public static void AddSilo(IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(SiloHost)))
            return;
        if (services.Any(service => service.ServiceType == typeof(ClientHost)))
            throw new OrleansConfigurationException(ClientMark);
        AddCommon(services, configuration);
        services.AddSingleton<GrainClasses>();
        services.AddSingleton<Ownership>();
        services.AddSingleton(provider => new Catalog(
            provider.GetRequiredService<GrainClasses>(),
            provider.GetRequiredService<Ownership>(),
            Option<SiloMessagingOptions>(provider),
            Option<GrainCollectionOptions>(provider),
            provider,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EngineLog>()));
        services.AddSingleton<SiloDetails>();
        services.AddSingleton<ILocalSiloDetails>(provider => provider.GetRequiredService<SiloDetails>());
        services.TryAddSingleton<MemoryStorages>();
        services.TryAddSingleton<IClusterTable>(provider => new MemoryClusterTable(new MemoryCluster(), provider.GetRequiredService<SiloDetails>(), isShared: false));
        services.AddSingleton(provider => Options(provider, Option<SiloMessagingOptions>(provider), Option<SiloConnectionOptions>(provider).SiloOutbound));
        services.AddSingleton<SiloCaller>();
        services.AddSingleton<GrainCaller>(provider => provider.GetRequiredService<SiloCaller>());
        services.AddSingleton<ClusterMap>();
        services.AddSingleton<Handover>();
        services.AddSingleton<PeerCheck>();
        services.AddSingleton<IMembership, ClusterMember>();
        services.AddSingleton<Gateway>();
        services.AddSingleton<SiloHost>();
        services.AddHostedService(provider => provider.GetRequiredService<SiloHost>());
    }

    public static void AddClient(IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(ClientHost)))
            return;
        if (services.Any(service => service.ServiceType == typeof(SiloHost)))
            throw new OrleansConfigurationException("A silo is already set up in these services; it has an IClusterClient of its own.");
        AddCommon(services, configuration);
        services.AddSingleton(provider => Options(provider, Option<ClientMessagingOptions>(provider), Option<ClientConnectionOptions>(provider).Outbound));
        services.AddSingleton<RemoteCaller>();
        services.AddSingleton<GrainCaller>(provider => provider.GetRequiredService<RemoteCaller>());
        services.AddSingleton<ClientHost>();
        services.AddHostedService(provider => provider.GetRequiredService<ClientHost>());
    }

    private static LinkOptions Options(IServiceProvider provider, MessagingOptions messaging, ConnectionSteps steps) =>
        new(Option<ClusterOptions>(provider).ClusterId, provider.GetRequiredService<ClusterSecret>(), messaging.MaxMessageBodySize, steps);

    private static TOptions Option<TOptions>(IServiceProvider provider)
        where TOptions : class => provider.GetRequiredService<IOptions<TOptions>>().Value;

    private static void AddCommon(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<EngineLog>();
        services.AddSingleton(_ => ApplicationParts.Discover());
        services.AddSingleton(new ClusterSecret(configuration[ClusterSecret.Setting] ?? ""));
        services.TryAddSingleton<IGrainStorageSerializer>(JsonStateSerializer.Instance);
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainCaller>());
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainCaller>());
    }
}
