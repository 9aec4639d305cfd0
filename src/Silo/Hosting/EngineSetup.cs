using System.Net;
using System.Net.Sockets;
using MetaGrains.Grains;
using MetaGrains.Silo.Settings;
using MetaGrains.Tls;
using MetaGrains.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace MetaGrains.Silo.Hosting;

/// <summary>Sets up the grain engine, whichever it is: where it listens, and that PostgreSQL holds its tables.</summary>
internal static class EngineSetup
{
    /// <summary>Name of cluster and service; the API uses the same.</summary>
    public const string ClusterName = "metagrains";

    private const string Invariant = "Npgsql";
    private const int FewConnections = 4;

    public static void Configure(ISiloBuilder silo, SiloSettings settings, SiloArguments arguments)
    {
        var many = ConnectionString(settings, settings.Options.DatabaseConnections);
        var few = ConnectionString(settings, FewConnections);
        silo
            .Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (ClusterName, ClusterName))
            .Configure<EndpointOptions>(options => Listen(options, settings, arguments))
            .Configure<ClusterMembershipOptions>(options => Watch(options, settings))
            .Configure<GrainCollectionOptions>(options => options.DeactivationTimeout = settings.Options.StopPatience)
            .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = settings.Options.MinimumReminderPeriod)
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, few))
            .AddAdoNetGrainStorage(GrainServices.Store, options => (options.Invariant, options.ConnectionString) = (Invariant, many))
            .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, few))
            .AddEngineParts()
            .AddGrainUpkeep();
        if (settings.Tls.IsOn)
            silo.Services.AddOptions<SiloConnectionOptions>().Configure<ILoggerFactory>((options, logs) => Encrypt(options, settings, logs));
    }

    private static void Encrypt(SiloConnectionOptions options, SiloSettings settings, ILoggerFactory logs)
    {
        var tls = new TlsConnections(settings.Tls, TimeProvider.System, logs.CreateLogger(SiloLog.Category));
        options.ConfigureSiloOutboundConnection(tls.Connect);
        options.ConfigureSiloInboundConnection(tls.Accept);
        options.ConfigureGatewayInboundConnection(tls.Accept);
    }

    // engine.living_silos and engine.silent_silos know the period: with Orleans' own one a killed silo would seem alive for a minute and a half.
    // On the portable engine two of them are the lease.
    private static void Watch(ClusterMembershipOptions options, SiloSettings settings)
    {
        options.MaxJoinAttemptTime = settings.Options.JoinPatience;
        (options.IAmAliveTablePublishTimeout, options.NumMissedTableIAmAliveLimit) = (TimeSpan.FromSeconds(1), 6);
        (options.ProbeTimeout, options.NumMissedProbesLimit) = (TimeSpan.FromSeconds(2), 2);
        // Where several silos die at once, probes by way of others go by way of the dead, and decide nothing.
        options.EnableIndirectProbes = false;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(3);
    }

    private static string ConnectionString(SiloSettings settings, int connections)
    {
        var database = DatabaseUrl.ForEngine(settings.DirectUrl ?? settings.DatabaseUrl);
        database.MaxPoolSize = connections;
        database.ApplicationName = "metagrains engine";
        return database.ConnectionString;
    }

    private static void Listen(EndpointOptions options, SiloSettings settings, SiloArguments arguments)
    {
        var free = arguments.Listen.Port == 0;
        options.AdvertisedIPAddress = arguments.Advertise;
        options.GatewayPort = free ? FreePort(arguments.Listen.Address) : arguments.Listen.Port;
        options.GatewayListeningEndpoint = new IPEndPoint(arguments.Listen.Address, options.GatewayPort);
        var siloPort = settings.Options.SiloPort ?? (free ? 0 : EndpointOptions.DEFAULT_SILO_PORT);
        options.SiloPort = siloPort == 0 ? FreePort(arguments.Listen.Address) : siloPort;
        options.SiloListeningEndpoint = new IPEndPoint(arguments.Listen.Address, options.SiloPort);
    }

    // To an engine a port of 0 may mean "none". The system does not give the same one to the next who asks.
    private static int FreePort(IPAddress address)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
