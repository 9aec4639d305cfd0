using System.Data.Common;
using System.Net;
using MetaGrains.Engine.Network;
using Microsoft.AspNetCore.Connections;
using Orleans.Storage;

namespace Orleans.Configuration
{
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";
        public const string DefaultServiceId = "default";

        /// <summary>Silos with one cluster id find each other.</summary>
        public string ClusterId { get; set; } = DefaultClusterId;

        /// <summary>The owner of state and reminders; it outlives clusters.</summary>
        public string ServiceId { get; set; } = DefaultServiceId;
    }

    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;
        public const int DEFAULT_GATEWAY_PORT = 30000;

        /// <summary>What others connect to. Default: loopback.</summary>
        public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;

        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

        /// <summary>0: no gateway, thus no clients outside the process.</summary>
        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

        /// <summary>Where the other silos connect. Default: advertised address and silo port. A port of 0 takes a free one and advertises that.</summary>
        public IPEndPoint? SiloListeningEndpoint { get; set; }

        /// <summary>Default: advertised address and gateway port. A port of 0 here takes a free one and advertises that.</summary>
        public IPEndPoint? GatewayListeningEndpoint { get; set; }
    }

    /// <summary>What stands between a silo and its connections, in the order in which it was added.</summary>
    public class SiloConnectionOptions
    {
        internal ConnectionSteps SiloOutbound { get; } = new();

        internal ConnectionSteps SiloInbound { get; } = new();

        internal ConnectionSteps GatewayInbound { get; } = new();

        public void ConfigureSiloOutboundConnection(Action<IConnectionBuilder> configure) => SiloOutbound.Add(configure);

        public void ConfigureSiloInboundConnection(Action<IConnectionBuilder> configure) => SiloInbound.Add(configure);

        public void ConfigureGatewayInboundConnection(Action<IConnectionBuilder> configure) => GatewayInbound.Add(configure);
    }

    /// <summary>What stands between a client and its connections.</summary>
    public class ClientConnectionOptions
    {
        internal ConnectionSteps Outbound { get; } = new();

        public void ConfigureConnection(Action<IConnectionBuilder> configure) => Outbound.Add(configure);
    }

    /// <summary>
    /// Here a silo writes its heartbeat every <see cref="IAmAliveTablePublishTimeout"/>, and counts as gone after two of
    /// them. Probes and votes belong to Orleans: setting them is allowed and does nothing.
    /// </summary>
    public class ClusterMembershipOptions
    {
        public int NumMissedTableIAmAliveLimit { get; set; } = 3;

        public bool LivenessEnabled { get; set; } = true;

        public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

        public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(60);

        public TimeSpan DeathVoteExpirationTimeout { get; set; } = TimeSpan.FromSeconds(120);

        /// <summary>The heartbeat's period; a silo that dies is replaced after two. Default: 2 s (Orleans: 30 s).</summary>
        public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(2);

        /// <summary>How long a silo waits at its start until another cluster of the service has left. Default: 5 min.</summary>
        public TimeSpan MaxJoinAttemptTime { get; set; } = TimeSpan.FromMinutes(5);

        public int NumMissedProbesLimit { get; set; } = 3;

        public int NumProbedSilos { get; set; } = 10;

        public int NumVotesForDeathDeclaration { get; set; } = 2;

        public bool UseLivenessGossip { get; set; } = true;

        public bool EnableIndirectProbes { get; set; } = true;

        public bool ExtendProbeTimeoutDuringDegradation { get; set; } = true;

        public TimeSpan DefunctSiloExpiration { get; set; } = TimeSpan.FromDays(7);

        public TimeSpan? DefunctSiloCleanupPeriod { get; set; } = TimeSpan.FromHours(1);
    }

    public abstract class MessagingOptions
    {
        /// <summary>After that a caller gets a <see cref="TimeoutException"/>; the method may still run. Default: 30 s.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>A call that starts too late for its caller is not run. Default: true.</summary>
        public bool DropExpiredMessages { get; set; } = true;

        /// <summary>A timeout cancels the token of the method that runs on. Default: false.</summary>
        public bool CancelRequestOnTimeout { get; set; }

        /// <summary>In bytes. A longer frame ends the connection that sends it. Default: 16 MiB (Orleans: 100 MiB).</summary>
        public int MaxMessageBodySize { get; set; } = 16 * 1024 * 1024;
    }

    public class SiloMessagingOptions : MessagingOptions
    {
        /// <summary>Calls that may wait for one grain; the next gets a <see cref="LimitExceededException"/>. Default: 10,000 (Orleans: 0, no limit).</summary>
        public int MaxEnqueuedRequestsHardLimit { get; set; } = 10_000;

        public int MaxForwardCount { get; set; } = 2;
    }

    public class ClientMessagingOptions : MessagingOptions;

    public class GrainCollectionOptions
    {
        /// <summary>An activation without calls for so long is ended. Default: 15 min.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        /// <summary>How often idle activations are looked for. Default: 1 min.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>The age by full name of the grain class.</summary>
        public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    public class AdoNetClusteringSiloOptions
    {
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";

        public string? ConnectionString { get; set; }
    }

    public class AdoNetClusteringClientOptions
    {
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";

        public string? ConnectionString { get; set; }
    }

    public class AdoNetReminderTableOptions
    {
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";

        public string? ConnectionString { get; set; }
    }

    public class AdoNetGrainStorageOptions
    {
        public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";

        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;

        public string? ConnectionString { get; set; }

        /// <summary>Clearing deletes the row instead of emptying it. Default: false.</summary>
        public bool DeleteStateOnClear { get; set; }

        /// <summary>Default: the registered one, else System.Text.Json.</summary>
        public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
    }

    public class MemoryGrainStorageOptions
    {
        /// <summary>Default: the registered one, else System.Text.Json.</summary>
        public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
    }

    public class StaticGatewayListProviderOptions
    {
        public List<Uri> Gateways { get; set; } = [];
    }
}

namespace Orleans.Hosting
{
    public sealed class ReminderOptions
    {
        /// <summary>A shorter period is refused. Default: 1 min.</summary>
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How often rows written by others are looked for. Default: 5 min.</summary>
        public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

        public TimeSpan InitializationTimeout { get; set; } = TimeSpan.FromMinutes(5);
    }
}

namespace Orleans.Serialization
{
    /// <summary>Orleans sends only exceptions of these. This engine sends the type's name, message and stack of any, and reads neither.</summary>
    public class ExceptionSerializationOptions
    {
        public HashSet<string> SupportedNamespacePrefixes { get; } = new(StringComparer.Ordinal) { "Microsoft", "System", "Azure" };

        public Func<Type, bool> SupportedExceptionTypeFilter { get; set; } = _ => false;
    }
}
