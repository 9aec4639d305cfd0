using System.Collections.ObjectModel;
using System.Net;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Silos and a client in the process of the test; between them are real connections on loopback.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan StabilizationTimeout = TimeSpan.FromMinutes(1);

    private readonly List<SiloHandle> _silos = [];

    // What silos without a database share. A database that they are given takes its place.
    private readonly MemoryCluster _memory = new();
    private readonly MemoryStorages _storages = new();
    private readonly MemoryReminderTable _reminders = new();
    private readonly MemoryWatermarks _watermarks = new();
    private int _lastNumber;
    private IHost? _client;

    internal TestCluster(TestClusterOptions options, IReadOnlyList<IConfigurationSource> configurationSources) =>
        (Options, ConfigurationSources) = (options, configurationSources);

    public TestClusterOptions Options { get; }

    public IReadOnlyList<IConfigurationSource> ConfigurationSources { get; }

    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    public IGrainFactory GrainFactory => Client;

    public IServiceProvider ServiceProvider => _client?.Services ?? throw new InvalidOperationException("The client is not running: call DeployAsync or InitializeClientAsync.");

    public SiloHandle? Primary => _silos.FirstOrDefault();

    public IReadOnlyList<SiloHandle> SecondarySilos => [.. _silos.Skip(1)];

    public ReadOnlyCollection<SiloHandle> Silos => _silos.AsReadOnly();

    public IEnumerable<SiloHandle> GetActiveSilos() => _silos.Where(silo => silo.IsActive);

    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => GetActiveSilos().FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        await StartAdditionalSilosAsync(Options.InitialSilosCount);
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public async Task InitializeClientAsync()
    {
        var builder = NewHost().UseOrleansClient((context, client) =>
        {
            client.Configure<ClusterOptions>(Identify);
            client.Services.AddSingleton<IGateways>(new StaticGateways(() => [.. GetActiveSilos().Select(silo => silo.GatewayAddress.Endpoint)]));
            foreach (var configurator in Make<IClientBuilderConfigurator>(Options.ClientBuilderConfiguratorTypes))
                configurator.Configure(context.Configuration, client);
        });
        foreach (var configurator in Make<IHostConfigurator>(Options.ClientBuilderConfiguratorTypes))
            configurator.Configure(builder);
        _client = builder.Build();
        await _client.StartAsync();
    }

    public async Task StopClusterClientAsync()
    {
        if (Interlocked.Exchange(ref _client, null) is not { } client)
            return;
        await client.StopAsync();
        await ((IAsyncDisposable)client).DisposeAsync();
    }

    public Task KillClientAsync() => StopClusterClientAsync();

    public async Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) => (await StartAdditionalSilosAsync(1, startAdditionalSiloOnNewPort))[0];

    public SiloHandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false) => StartAdditionalSiloAsync(startAdditionalSiloOnNewPort).GetAwaiter().GetResult();

    /// <summary>Starts silos one after the other; each is at a port of its own anyway.</summary>
    public async Task<List<SiloHandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false)
    {
        var started = new List<SiloHandle>();
        for (; silosToStart > 0; silosToStart--)
            started.Add(await StartSiloAsync());
        _silos.AddRange(started);
        return started;
    }

    public async Task StopSecondarySilosAsync()
    {
        foreach (var silo in SecondarySilos)
            await StopSiloAsync(silo);
    }

    public Task StopSiloAsync(SiloHandle instance) => instance.StopSiloAsync(stopGracefully: true);

    public Task StopPrimarySiloAsync() => Primary is null ? Task.CompletedTask : StopSiloAsync(Primary);

    public Task KillSiloAsync(SiloHandle instance) => instance.StopSiloAsync(stopGracefully: false);

    /// <summary>Stops the silo and starts another in its place, at the same gateway.</summary>
    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance)
    {
        await instance.DisposeAsync();
        var place = _silos.IndexOf(instance);
        if (place < 0)
            return null;
        return _silos[place] = await StartSiloAsync(instance.GatewayAddress.Endpoint.Port);
    }

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in _silos)
            await StopSiloAsync(silo);
    }

    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) =>
        ((InProcessSiloHandle)_silos.First(one => silo is null || one.SiloAddress.Equals(silo))).ServiceProvider;

    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Ends the grain's activation, if there is one, and waits until it is gone.</summary>
    public async Task DeactivateAsync(GrainId grainId)
    {
        foreach (var silo in GetActiveSilos().OfType<InProcessSiloHandle>())
        {
            if (silo.ServiceProvider.GetRequiredService<Catalog>().Find(grainId) is not { } activation)
                continue;
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "A test asked for it."));
            await activation.Deactivated;
        }
    }

    /// <summary>Waits until the active silos, and no others, own all partitions in equal shares.</summary>
    public async Task WaitForLivenessToStabilizeAsync(bool didKill = false)
    {
        using var deadline = new CancellationTokenSource(StabilizationTimeout, TimeProvider.System);
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (!IsStable())
            await pulse.WaitForNextTickAsync(deadline.Token);
    }

    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private bool IsStable()
    {
        var active = GetActiveSilos().OfType<InProcessSiloHandle>().ToArray();
        var open = active.Select(silo => silo.ServiceProvider.GetRequiredService<Ownership>().Open.Length).ToArray();
        return open.Sum() == ReminderTimes.Partitions && open.Max() - open.Min() <= 1 && active.All(silo => Sees(silo, active));
    }

    // Calls go where a silo believes the owner to be.
    private static bool Sees(InProcessSiloHandle silo, InProcessSiloHandle[] active) =>
        silo.ServiceProvider.GetRequiredService<ClusterMap>().View is var view && view.Living.Count() == active.Length
            && view.Partitions.GroupBy(row => row.Owner).All(group => group.Count() == active.FirstOrDefault(one => one.SiloAddress.Equals(group.Key))?.ServiceProvider.GetRequiredService<Ownership>().Open.Length);

    private static IEnumerable<T> Make<T>(IEnumerable<string?> types) =>
        types.Select(name => Activator.CreateInstance(Type.GetType(name!, throwOnError: true)!)).OfType<T>();

    private async Task<SiloHandle> StartSiloAsync(int gatewayPort = 0)
    {
        var builder = NewHost();
        foreach (var configurator in Make<IHostConfigurator>(Options.SiloBuilderConfiguratorTypes))
            configurator.Configure(builder);
        var number = _lastNumber++;
        builder.UseOrleans((_, silo) =>
        {
            ShareMemory(silo.Services);
            silo.Configure<ClusterOptions>(Identify);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, gatewayPort);
            });
            foreach (var configurator in Make<ISiloConfigurator>(Options.SiloBuilderConfiguratorTypes))
                configurator.Configure(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return InProcessSiloHandle.Of(host, Options, number);
    }

    private void ShareMemory(IServiceCollection services)
    {
        services.AddSingleton<IClusterTable>(provider => new MemoryClusterTable(_memory, provider.GetRequiredService<SiloDetails>(), isShared: true));
        services.AddSingleton(_storages);
        services.AddSingleton<IReminderTable>(_reminders);
        services.AddSingleton<IWatermarks>(_watermarks);
    }

    private IHostBuilder NewHost() => new HostBuilder().ConfigureHostConfiguration(configuration =>
    {
        foreach (var source in ConfigurationSources)
            configuration.Add(source);
    });

    private void Identify(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (Options.ClusterId, Options.ServiceId);
}
