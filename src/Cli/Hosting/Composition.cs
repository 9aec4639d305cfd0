using MetaGrains.Core.Sync;
using MetaGrains.Graph;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Cli.Hosting;

/// <summary>The container of the verbs that read from Meta and write to PostgreSQL.</summary>
public static class Composition
{
    /// <summary>Registers everything; the whole container resolves, which a test checks.</summary>
    /// <param name="services">The container.</param>
    /// <param name="databaseUrl">The warehouse.</param>
    /// <param name="keys">Seals tokens.</param>
    /// <param name="graph">Where Meta is and how it is asked.</param>
    public static IServiceCollection AddMetaGrains(
        this IServiceCollection services, string databaseUrl, EncryptionKeys keys, Action<GraphOptions> graph)
    {
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(keys);
        services.AddWarehouse(options => options.DatabaseUrl = databaseUrl);
        services.AddMetaGraph(graph);
        services.AddSingleton(new InsightsPullOptions());
        services.AddSingleton<InsightsPull>();
        return services;
    }

    /// <summary>Builds the container and checks that every service can be made.</summary>
    public static ServiceProvider Build(this IServiceCollection services) =>
        services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
}
