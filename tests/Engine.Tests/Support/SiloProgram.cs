using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Engine.Tests.Support;

/// <summary>A silo in a process of its own. It says its address when it runs, and ends on SIGTERM or when its input ends.</summary>
internal static class SiloProgram
{
    public const string Identity = "processes";

    public static async Task<int> RunAsync(string[] args)
    {
        using var host = new HostBuilder()
            .ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection([new(DatabaseCluster.Setting, args[0])]))
            .UseOrleans((_, silo) =>
            {
                new DatabaseCluster.Silo().Configure(silo);
                new LivelySilo().Configure(silo);
                silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (Identity, Identity));
                silo.Configure<EndpointOptions>(options =>
                {
                    options.AdvertisedIPAddress = IPAddress.Loopback;
                    options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0);
                    options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0);
                });
                silo.Services.AddSingleton<IHostLifetime, NoLifetime>();
            }).Build();
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            lifetime.StopApplication();
        });
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            lifetime.StopApplication();
        });
        await host.StartAsync();
        await Console.Out.WriteLineAsync(host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString());
        await host.WaitForShutdownAsync();
        return 0;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
