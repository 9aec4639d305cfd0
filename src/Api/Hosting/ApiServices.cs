using MetaGrains.Api.Connections;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Entities;
using MetaGrains.Api.Exports;
using MetaGrains.Api.Freshness;
using MetaGrains.Api.Health;
using MetaGrains.Api.Insights;
using MetaGrains.Api.Json;
using MetaGrains.Api.Planning;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Silo;
using MetaGrains.Api.Sync;
using MetaGrains.Api.Tenants;
using MetaGrains.Warehouse;

namespace MetaGrains.Api.Hosting;

/// <summary>Registers the API.</summary>
internal static class ApiServices
{
    private const int ConnectTimeoutSeconds = 5;
    private const int CommandTimeoutSeconds = 15;

    /// <summary>Everything that the routes work with.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services, ApiSettings settings)
    {
        services.AddRouting();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddSingleton(settings);
        services.AddSingleton(settings.OperatorKey);
        services.AddSingleton(settings.CronSecret);
        services.AddSingleton(settings.Keys);
        services.AddWarehouse(options =>
        {
            options.DatabaseUrl = settings.DatabaseUrl;
            options.ConnectTimeoutSeconds = ConnectTimeoutSeconds;
            options.CommandTimeoutSeconds = CommandTimeoutSeconds;
        });
        services.AddSingleton<SiloClient>();
        services.AddHostedService(provider => provider.GetRequiredService<SiloClient>());
        services.AddSingleton<SiloCalls>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<ConnectionServices>();
        services.AddSingleton<SyncServices>();
        services.AddSingleton<RunServices>();
        services.AddSingleton<PlanServices>();
        services.AddSingleton<StreamSlots>();
        services.AddSingleton<TableAnswers>();
        services.AddSingleton<InsightServices>();
        services.AddSingleton<EntityServices>();
        services.AddSingleton<FreshnessServices>();
        services.AddSingleton<ExportServices>();
        services.AddSingleton<TenantErasure>();
        services.AddApiDocument();
        return services;
    }
}
