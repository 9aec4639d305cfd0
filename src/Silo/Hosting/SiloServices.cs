using MetaGrains.Grains;
using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Graph;
using MetaGrains.GraphSimulator;
using MetaGrains.GraphSimulator.InProcess;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Silo.Hosting;

/// <summary>What the silo is made of beside the engine.</summary>
internal static class SiloServices
{
    private const int StubSeed = 1;

    public static IServiceCollection AddSilo(this IServiceCollection services, SiloSettings settings)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(settings.Keys);
        services.AddSingleton(settings.Retention);
        services.AddWarehouse(options =>
        {
            options.DatabaseUrl = settings.DatabaseUrl;
            options.DirectUrl = settings.DirectUrl;
            options.MaxConnections = settings.Options.DatabaseConnections;
            options.StagingMegabytes = settings.Options.StagingMegabytes;
        });
        services.AddGrains();
        services.Configure<SyncOptions>(options =>
            (options.JobsEnabled, options.FreshMinutes, options.EntitiesMinutes, options.Cron, options.AppId)
                = (settings.Sync.JobsEnabled, settings.Sync.FreshMinutes, settings.Sync.EntitiesMinutes, settings.Sync.Cron, settings.Sync.AppId));
        services.Configure<UpkeepOptions>(options =>
            (options.First, options.Every, options.Retry, options.EraseAfter)
                = (settings.Upkeep.First, settings.Upkeep.Every, settings.Upkeep.Retry, settings.Upkeep.EraseAfter));
        services.Configure<SlowStartOptions>(options =>
            (options.FirstPerSecond, options.MostPerSecond, options.Doubling)
                = (settings.SlowStart.FirstPerSecond, settings.SlowStart.MostPerSecond, settings.SlowStart.Doubling));
        services.Configure<IncidentOptions>(options =>
            (options.Window, options.LeastAccounts, options.LeastShare, options.Pause, options.MaxAge, options.FirstProbe, options.LongestProbe)
                = (settings.Incidents.Window, settings.Incidents.LeastAccounts, settings.Incidents.LeastShare, settings.Incidents.Pause, settings.Incidents.MaxAge,
                    settings.Incidents.FirstProbe, settings.Incidents.LongestProbe));
        services.AddMetaGraph(options =>
        {
            settings.Apply(options);
            if (settings.Stub)
                options.Handler = () => new InProcessGraph(new GraphSimulatorOptions { Seed = StubSeed, Accounts = settings.Options.StubAccounts });
        });
        return services;
    }
}
