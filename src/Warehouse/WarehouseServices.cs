using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Upkeep;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Entities;
using MetaGrains.Warehouse.Insights;
using MetaGrains.Warehouse.Migrations;
using MetaGrains.Warehouse.Reads;
using MetaGrains.Warehouse.Secrets;
using MetaGrains.Warehouse.Shapes;
using MetaGrains.Warehouse.Tenants;
using MetaGrains.Warehouse.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Warehouse;

/// <summary>Registers the warehouse.</summary>
public static class WarehouseServices
{
    /// <summary>
    /// Everything that reads and writes PostgreSQL. One data source per database, disposed with the container.
    /// Tokens need <see cref="EncryptionKeys"/>, which the host registers.
    /// </summary>
    public static IServiceCollection AddWarehouse(this IServiceCollection services, Action<WarehouseOptions> configure)
    {
        services.AddOptions<WarehouseOptions>().Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WarehouseOptions>, WarehouseOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => DataSource(provider.GetRequiredService<IOptions<WarehouseOptions>>().Value));
        services.TryAddSingleton<Migrator>();
        services.TryAddSingleton<InsightPartitions>();
        services.TryAddSingleton(provider => new SliceStaging(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<IOptions<WarehouseOptions>>().Value.StagingMegabytes * 1024L * 1024L));
        services.TryAddSingleton<SlicePublisher>();
        services.TryAddSingleton<RunLedger>();
        services.TryAddSingleton<IInsightsStore, InsightsStore>();
        services.TryAddSingleton<ShapeStore>();
        services.TryAddSingleton<IShapeMemory>(provider => provider.GetRequiredService<ShapeStore>());
        services.TryAddSingleton<IReportMemories, ReportRunStore>();
        services.TryAddSingleton<TenantStore>();
        services.TryAddSingleton<AdAccountStore>();
        services.TryAddSingleton<IntegrationStore>();
        services.TryAddSingleton<ReportDefinitionStore>();
        services.TryAddSingleton<AccountTotalsQuery>();
        services.TryAddSingleton<TenantDirectory>();
        services.TryAddSingleton<AccountDirectory>();
        services.TryAddSingleton<AccountSwitches>();
        services.TryAddSingleton<SchedulerSwitch>();
        services.TryAddSingleton<PlanStore>();
        services.TryAddSingleton<FreshScheduler>();
        services.TryAddSingleton<ClusterDirectory>();
        services.TryAddSingleton<ApiKeyStore>();
        services.TryAddSingleton<TierStore>();
        services.TryAddSingleton<RunQueue>();
        services.TryAddSingleton<RunDirectory>();
        services.TryAddSingleton<ConnectionDirectory>();
        services.TryAddSingleton<ScheduleStore>();
        services.TryAddSingleton<AccountTruthStore>();
        services.TryAddSingleton<IncidentStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SyncOptions>, SyncOptionsValidator>());
        services.TryAddSingleton<SettingsWatch>();
        services.TryAddSingleton<DiscoveryStore>();
        services.TryAddSingleton<EntityStore>();
        services.TryAddSingleton<IEntityStore, EntityRunStore>();
        services.TryAddSingleton<RetentionOptions>();
        services.TryAddSingleton<WarehouseUpkeep>();
        services.TryAddSingleton<LookbackStore>();
        services.TryAddSingleton<AutoTierStore>();
        services.TryAddSingleton<AccountLearning>();
        services.TryAddSingleton<TenantEraser>();
        services.TryAddSingleton<TenantErasure>();
        services.TryAddSingleton<TenantExport>();
        services.TryAddSingleton<Reconciler>();
        services.TryAddSingleton<TenantReads>();
        services.TryAddSingleton<ReportCatalogue>();
        services.TryAddSingleton<EntityDirectory>();
        services.TryAddSingleton<TenantGraves>();
        services.TryAddSingleton<AuditLog>();
        return services;
    }

    /// <summary>Opens a pool. The caller disposes it.</summary>
    public static NpgsqlDataSource DataSource(WarehouseOptions options)
    {
        var connection = DatabaseUrl.Parse(options.DatabaseUrl);
        connection.MaxPoolSize = options.MaxConnections;
        connection.Timeout = options.ConnectTimeoutSeconds;
        connection.CommandTimeout = options.CommandTimeoutSeconds;
        connection.ApplicationName ??= "metagrains";
        // A parameter's value in an error's detail could be a secret.
        connection.IncludeErrorDetail = false;
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
    }
}
