using System.Net;
using System.Net.Sockets;
using MetaGrains.Grains.Schedules;
using MetaGrains.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Bench.Wake;

/// <summary>A silo of <see cref="WakeGrain"/>s, with the product's cluster, reminders and pools.</summary>
internal sealed class WakeSilo : IWaker
{
    private const string Cluster = "metagrains";
    private const int CallsAtOnce = 64;
    private const int Connections = 20;
    private const int EngineConnections = 4;
    private const int ProgressEvery = 10_000;

    private readonly IHost _host;
    private readonly WakePlan _plan;

    private WakeSilo(IHost host, WakePlan plan) => (_host, _plan) = (host, plan);

    public static async Task<WakeSilo> StartAsync(string databaseUrl, WakePlan plan, WakeTally tally)
    {
        var host = new HostBuilder()
            .UseOrleans(silo => Configure(silo, databaseUrl, plan.Interval))
            .ConfigureServices(services => services
                .AddWarehouse(options => (options.DatabaseUrl, options.MaxConnections) = (databaseUrl, Connections))
                .AddSingleton<ScheduleWriter>()
                .AddSingleton(plan)
                .AddSingleton(tally))
            .Build();
        await host.StartAsync();
        return new WakeSilo(host, plan);
    }

    public async Task PrepareAsync()
    {
        var grains = _host.Services.GetRequiredService<IGrainFactory>();
        var registered = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, _plan.Accounts), new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce }, async (number, _) =>
        {
            await grains.GetGrain<IWakeGrain>(_plan.Key(number).ToString()).StartAsync();
            if (Interlocked.Increment(ref registered) is var count && count % ProgressEvery == 0)
                await Console.Error.WriteLineAsync($"metagrains: {count:N0} of {_plan.Accounts:N0} reminders");
        });
    }

    public Task BeginAsync() => Task.CompletedTask;

    private static void Configure(ISiloBuilder silo, string databaseUrl, TimeSpan interval)
    {
        var database = DatabaseUrl.ForEngine(databaseUrl);
        database.MaxPoolSize = EngineConnections;
        silo
            .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = Cluster)
            .Configure<EndpointOptions>(options =>
            {
                (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, FreePort(), FreePort());
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, options.SiloPort);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, options.GatewayPort);
            })
            .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = interval < options.MinimumReminderPeriod ? interval : options.MinimumReminderPeriod)
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database.ConnectionString))
            .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database.ConnectionString));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
