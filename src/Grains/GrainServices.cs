using MetaGrains.Core.Sync;
using MetaGrains.Grains.Accounts;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MetaGrains.Grains;

/// <summary>Registers what grains need beside the warehouse and the Graph client.</summary>
public static class GrainServices
{
    /// <summary>Name of the grain storage that every state of ours lives in.</summary>
    public const string Store = "grains";

    /// <summary>
    /// Adds it. The host adds the warehouse, the keys that open tokens, the Graph client (after this, so that its usage
    /// goes to the budgets), and a grain storage named <see cref="Store"/>.
    /// </summary>
    public static IServiceCollection AddGrains(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IUsageObserver, UsageRelay>();
        services.TryAddSingleton(new InsightsPullOptions());
        services.TryAddSingleton<InsightsPull>();
        services.TryAddSingleton<AccountStores>();
        return services;
    }
}
