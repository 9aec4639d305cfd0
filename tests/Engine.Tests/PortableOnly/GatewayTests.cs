using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Clients outside the process: who may connect, and what a broken connection means.</summary>
public sealed class GatewayTests
{
    [Fact]
    public async Task A_client_with_the_secret_is_answered()
    {
        using var silo = await StartSiloAsync("s3cret");
        using var client = await StartClientAsync(Port(silo), "s3cret");

        Assert.Equal("gate/1: hello", await Grains(client).GetGrain<IWorker>("gate/1").Echo("hello"));
    }

    [Fact]
    public async Task A_silo_needs_nothing_of_the_context_in_which_it_was_started()
    {
        var context = new MortalContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        var starting = StartSiloAsync("");
        SynchronizationContext.SetSynchronizationContext(before);
        using var silo = await starting;
        context.Die();

        try
        {
            using var client = await StartClientAsync(Port(silo), "").WaitAsync(Wait.Deadline);
            Assert.Equal("gate/1: hello", await Grains(client).GetGrain<IWorker>("gate/1").Echo("hello").WaitAsync(Wait.Deadline));
        }
        finally
        {
            context.Revive();
        }
    }

    [Fact]
    public async Task A_client_with_another_secret_is_not()
    {
        using var silo = await StartSiloAsync("s3cret");
        using var client = await StartClientAsync(Port(silo), "guess", TimeSpan.FromMilliseconds(300));

        Assert.Throws<SiloUnavailableException>(() => Grains(client).GetGrain<IWorker>("gate/1"));
    }

    [Fact]
    public async Task A_client_of_another_cluster_is_not()
    {
        using var silo = await StartSiloAsync("");
        using var client = await StartClientAsync(Port(silo), "", TimeSpan.FromMilliseconds(300), "elsewhere");

        Assert.Throws<SiloUnavailableException>(() => Grains(client).GetGrain<IWorker>("gate/1"));
    }

    [Fact]
    public async Task A_gateway_beyond_loopback_needs_a_secret() =>
        await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartSiloAsync("", IPAddress.Any));

    [Fact]
    public async Task Garbage_on_the_line_ends_that_connection_and_no_other()
    {
        using var silo = await StartSiloAsync("");
        using var client = await StartClientAsync(Port(silo), "");
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            if (i % 2 == 0 && garbage.Length > 4)
                BinaryPrimitives.WriteInt32LittleEndian(garbage, garbage.Length - 4);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port(silo));
            await socket.SendAsync(garbage);
            socket.Shutdown(SocketShutdown.Send);
        }

        Assert.Equal("gate/2: still here", await Grains(client).GetGrain<IWorker>("gate/2").Echo("still here"));
    }

    [Fact]
    public async Task A_call_cut_off_by_a_lost_connection_says_that_it_may_have_run()
    {
        var silo = await StartSiloAsync("");
        using var client = await StartClientAsync(Port(silo), "");
        var key = $"gate/{Guid.NewGuid():N}";

        var call = Grains(client).GetGrain<IWorker>(key).PassGate(key);
        await Gate.Named(key).Reached;
        await silo.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default);

        var exception = await Assert.ThrowsAsync<SiloUnavailableException>(() => call);
        Assert.Contains("may have run", exception.Message, StringComparison.Ordinal);
        Gate.Named(key).Open();
        silo.Dispose();
    }

    [Fact]
    public async Task A_call_made_while_no_silo_is_there_runs_when_it_is_back()
    {
        var first = await StartSiloAsync("");
        var port = Port(first);
        using var client = await StartClientAsync(port, "");
        var worker = Grains(client).GetGrain<IWorker>("gate/4");
        await worker.Quietly();
        await first.StopAsync();
        first.Dispose();
        await NoticedAsync(client);

        var call = worker.Echo("patience");
        using var second = await StartSiloAsync("", port: port);

        Assert.Equal("gate/4: patience", await call);
    }

    [Fact]
    public async Task A_call_that_no_silo_took_says_that_it_was_not_run()
    {
        var silo = await StartSiloAsync("");
        using var client = await StartClientAsync(Port(silo), "", TimeSpan.FromMilliseconds(500));
        var worker = Grains(client).GetGrain<IWorker>("gate/5");
        await silo.StopAsync();
        silo.Dispose();
        await NoticedAsync(client);

        var exception = await Assert.ThrowsAsync<SiloUnavailableException>(() => worker.Echo("anybody"));

        Assert.Contains("not run", exception.Message, StringComparison.Ordinal);
    }

    private static Task NoticedAsync(IHost client) => Wait.UntilAsync(() => !client.Services.GetRequiredService<RemoteCaller>().IsConnected, "the client has noticed");

    private static IGrainFactory Grains(IHost host) => host.Services.GetRequiredService<IGrainFactory>();

    private static int Port(IHost silo) => silo.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress.Endpoint.Port;

    private static async Task<IHost> StartSiloAsync(string secret, IPAddress? address = null, int port = 0)
    {
        var host = Host(secret).UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => options.ClusterId = "here")
            .Configure<EndpointOptions>(options => options.GatewayListeningEndpoint = new IPEndPoint(address ?? IPAddress.Loopback, port))
            .AddMemoryGrainStorageAsDefault()).Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<IHost> StartClientAsync(int port, string secret, TimeSpan? timeout = null, string cluster = "here")
    {
        var host = Host(secret).UseOrleansClient(client => client
            .UseLocalhostClustering(port, clusterId: cluster)
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = timeout ?? options.ResponseTimeout)).Build();
        await host.StartAsync();
        return host;
    }

    private static HostBuilder Host(string secret)
    {
        var builder = new HostBuilder();
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection([new("METAGRAINS_CLUSTER_SECRET", secret)]));
        return builder;
    }

    /// <summary>Runs what is posted to it until it dies, as that of a window which is closed.</summary>
    private sealed class MortalContext : SynchronizationContext
    {
        private readonly object _gate = new();
        private bool _dead;

        public void Die() => Set(true);

        public void Revive() => Set(false);

        public override void Post(SendOrPostCallback d, object? state) => new Thread(() => Run(d, state)) { IsBackground = true }.Start();

        private void Set(bool dead)
        {
            lock (_gate)
            {
                _dead = dead;
                Monitor.PulseAll(_gate);
            }
        }

        private void Run(SendOrPostCallback d, object? state)
        {
            lock (_gate)
            {
                while (_dead)
                    Monitor.Wait(_gate);
            }

            SetSynchronizationContext(this);
            d(state);
        }
    }
}
