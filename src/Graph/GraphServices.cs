using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Reports;
using MetaGrains.Graph.Tokens;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph;

/// <summary>Registers the client.</summary>
public static class GraphServices
{
    /// <summary>
    /// Adds <see cref="IInsightsSource"/>, <see cref="IReportSource"/>, <see cref="IGraphAdAccounts"/>,
    /// <see cref="IGraphEntities"/>, <see cref="IEntitySource"/> and <see cref="IGraphTokens"/>. An <see cref="IUsageObserver"/> or a
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
        services.TryAddSingleton<GraphBatch>();
        services.TryAddSingleton<PageLimits>();
        services.TryAddSingleton<InsightsWalk>();
        services.TryAddSingleton<ReportPolls>();
        services.TryAddSingleton<ReportFollower>();
        services.TryAddSingleton<IReportSource, GraphReportSource>();
        services.TryAddSingleton<IInsightsSource, GraphInsightsSource>();
        services.TryAddSingleton<IGraphAdAccounts, GraphAdAccounts>();
        services.TryAddSingleton<EntityReads>();
        services.TryAddSingleton<IGraphEntities, GraphEntities>();
        services.TryAddSingleton<IEntitySource, GraphEntitySource>();
        services.TryAddSingleton<IGraphTokens, GraphTokens>();
        return services;
    }
}
