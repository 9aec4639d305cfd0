using System.Collections.ObjectModel;
using System.Net;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo and a client in the process of the test; the client goes over a real connection on loopback.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private static int _lastPort;

    private readonly List<SiloHandle> _silos = [];
    private IHost? _client;

    internal TestCluster(TestClusterOptions options, IReadOnlyList<IConfigurationSource> configurationSources) =>
        (Options, ConfigurationSources) = (options, configurationSources);

    public TestClusterOptions Options { get; }

    public IReadOnlyList<IConfigurationSource> ConfigurationSources { get; }

    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    public IGrainFactory GrainFactory => Client;

    public IServiceProvider ServiceProvider => _client?.Services ?? throw new InvalidOperationException("The client is not running: call DeployAsync or InitializeClientAsync.");

    public SiloHandle? Primary => _silos.FirstOrDefault();

    public ReadOnlyCollection<SiloHandle> Silos => _silos.AsReadOnly();

    public IEnumerable<SiloHandle> GetActiveSilos() => _silos.Where(silo => silo.IsActive);

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        _silos.Add(await StartSiloAsync());
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public async Task InitializeClientAsync()
    {
        var gateways = GetActiveSilos().Select(silo => silo.GatewayAddress.Endpoint).ToArray();
        var builder = NewHost().UseOrleansClient((context, client) =>
        {
            client.Configure<ClusterOptions>(Identify);
            foreach (var configurator in Make<IClientBuilderConfigurator>(Options.ClientBuilderConfiguratorTypes))
                configurator.Configure(context.Configuration, client);
            client.UseStaticClustering(gateways);
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

    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

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

    private static IEnumerable<T> Make<T>(IEnumerable<string?> types) =>
        types.Select(name => Activator.CreateInstance(Type.GetType(name!, throwOnError: true)!)).OfType<T>();

    private async Task<SiloHandle> StartSiloAsync(int gatewayPort = 0)
    {
        var builder = NewHost();
        foreach (var configurator in Make<IHostConfigurator>(Options.SiloBuilderConfiguratorTypes))
            configurator.Configure(builder);
        builder.UseOrleans((_, silo) =>
        {
            silo.Configure<ClusterOptions>(Identify);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloPort = Interlocked.Increment(ref _lastPort);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, gatewayPort);
            });
            foreach (var configurator in Make<ISiloConfigurator>(Options.SiloBuilderConfiguratorTypes))
                configurator.Configure(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return InProcessSiloHandle.Of(host, Options);
    }

    private IHostBuilder NewHost() => new HostBuilder().ConfigureHostConfiguration(configuration =>
    {
        foreach (var source in ConfigurationSources)
            configuration.Add(source);
    });

    private void Identify(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (Options.ClusterId, Options.ServiceId);
}
