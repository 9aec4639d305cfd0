using MetaGrains.Core.Sync;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph;

/// <summary>Registers the client.</summary>
public static class GraphServices
{
    /// <summary>
    /// Adds <see cref="IInsightsSource"/> and <see cref="IGraphAdAccounts"/>. An <see cref="IUsageObserver"/> or a
    /// <see cref="TimeProvider"/> that is registered, before or after, is used. A bad option stops the host's start.
    /// </summary>
    public static IServiceCollection AddMetaGraph(this IServiceCollection services, Action<GraphOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<GraphOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GraphOptions>, GraphOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IUsageObserver, NoUsageObserver>();
        services.TryAddSingleton(new GraphChance(Random.Shared.NextDouble));
        services.TryAddSingleton<GraphHttp>();
        services.TryAddSingleton<GraphTransport>();
        services.TryAddSingleton<IInsightsSource, GraphInsightsSource>();
        services.TryAddSingleton<IGraphAdAccounts, GraphAdAccounts>();
        return services;
    }
}
