using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Grains.Accounts;
using MetaGrains.Grains.Connections;
using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Schedules;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Graph.Usage;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Storage;

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
        services.TryAddSingleton<EntityPull>();
        services.TryAddSingleton<AccountPulls>();
        services.AddGrainContracts();
        services.TryAddKeyedSingleton<IGrainStorageSerializer, GrainStateSerializer>(Store);
        services.AddOptions<SyncOptions>().ValidateOnStart();
        services.AddOptions<ScheduleWriterOptions>().RefuseAtStart(options => options.Refuse());
        services.TryAddSingleton<ScheduleWriter>();
        services.AddOptions<IncidentOptions>().RefuseAtStart(options => options.Refuse());
        services.TryAddSingleton<IncidentBoard>();
        services.TryAddSingleton<IncidentReporter>();
        services.TryAddSingleton<AccountStores>();
        services.AddOptions<SweepOptions>().RefuseAtStart(options => options.Refuse());
        services.AddOptions<SlowStartOptions>().RefuseAtStart(options => options.Refuse());
        services.TryAddSingleton<StartGate>();
        services.TryAddSingleton<DiscoveryServices>();
        return services;
    }

    /// <summary>
    /// Lets the silo tell its grains of what is committed in PostgreSQL, start the sweeps, and keep the warehouse in
    /// shape. Without it grains act on calls and reminders alone.
    /// </summary>
    public static ISiloBuilder AddGrainUpkeep(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<SettingsListenerOptions>().RefuseAtStart(options => options.Refuse());
        silo.Services.TryAddSingleton<SettingsMessenger>();
        silo.Services.TryAddSingleton<SettingsListener>();
        silo.Services.TryAddSingleton<SweepStarter>();
        silo.Services.TryAddSingleton<StandstillWatch>();
        silo.Services.AddOptions<UpkeepOptions>().RefuseAtStart(options => options.Refuse());
        silo.Services.TryAddSingleton<UpkeepLoop>();
        silo.Services.TryAddSingleton<SiloUpkeep>();
        silo.Services.AddHostedService(services => services.GetRequiredService<SiloUpkeep>());
        return silo.AddStartupTask((services, _) => services.GetRequiredService<SiloUpkeep>().BeginAsync());
    }

    private static void RefuseAtStart<TOptions>(this OptionsBuilder<TOptions> builder, Func<TOptions, string?> refuse)
        where TOptions : class
    {
        builder.Services.AddSingleton<IValidateOptions<TOptions>>(new Refusal<TOptions>(refuse));
        builder.ValidateOnStart();
    }

    private sealed class Refusal<TOptions>(Func<TOptions, string?> refuse) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            refuse(options) is { } why ? ValidateOptionsResult.Fail(why) : ValidateOptionsResult.Success;
    }
}
