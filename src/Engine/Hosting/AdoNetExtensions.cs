using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace Orleans.Hosting;

public static class AdoNetHostingExtensions
{
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
        builder.UseAdoNetClustering(options => options.Configure(configureOptions));

    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>> configureOptions)
    {
        configureOptions(builder.Services.AddOptions<AdoNetClusteringSiloOptions>());
        builder.Services.AddSingleton<IClusterTable, PostgresClusterTable>();
        return builder;
    }

    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions) =>
        builder.UseAdoNetClustering(options => options.Configure(configureOptions));

    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<OptionsBuilder<AdoNetClusteringClientOptions>> configureOptions)
    {
        configureOptions(builder.Services.AddOptions<AdoNetClusteringClientOptions>());
        builder.Services.AddSingleton<IGateways, PostgresGateways>();
        return builder;
    }
}

public static class AdoNetGrainStorageSiloBuilderExtensions
{
    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(name, options => options.Configure(configureOptions));

    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null)
    {
        configureOptions?.Invoke(builder.Services.AddOptions<AdoNetGrainStorageOptions>(name));
        builder.Services.AddKeyedSingleton<IGrainStorage>(name, (services, _) => PostgresGrainStorage.Create(services, name));
        return builder;
    }

    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(StateFacet.DefaultStorage, configureOptions);

    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
        builder.AddAdoNetGrainStorage(StateFacet.DefaultStorage, configureOptions);
}

public static class SiloBuilderReminderExtensions
{
    public static ISiloBuilder AddReminders(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton<ReminderService>();
        builder.Services.TryAddSingleton<ReminderRegistry>();
        return builder;
    }

    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
        builder.UseAdoNetReminderService(options => options.Configure(configureOptions));

    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        configureOptions(builder.Services.AddOptions<AdoNetReminderTableOptions>());
        builder.Services.AddSingleton<PostgresReminderTable>();
        builder.Services.AddSingleton<IReminderTable>(services => services.GetRequiredService<PostgresReminderTable>());
        builder.Services.AddSingleton<IWatermarks>(services => services.GetRequiredService<PostgresReminderTable>());
        return builder.AddReminders();
    }
}
