using Microsoft.Extensions.Logging;

namespace MetaGrains.Engine.Runtime;

/// <summary>Everything the engine logs.</summary>
internal sealed partial class EngineLog(ILogger<EngineLog> logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(1, LogLevel.Information, "Silo {Silo} of cluster {Cluster} runs on the portable engine; {Classes} grain classes, gateway {Gateway}")]
    public partial void SiloStarted(string silo, string cluster, int classes, string gateway);

    [LoggerMessage(2, LogLevel.Information, "Silo {Silo} has stopped; {Left} activations were cut off")]
    public partial void SiloStopped(string silo, int left);

    [LoggerMessage(3, LogLevel.Error, "{Grain} could not be activated")]
    public partial void ActivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(4, LogLevel.Warning, "{Grain} failed while it was deactivated")]
    public partial void DeactivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(5, LogLevel.Debug, "{Grain} is deactivated: {Reason}")]
    public partial void Deactivated(GrainId grain, DeactivationReasonCode reason);

    [LoggerMessage(6, LogLevel.Error, "A timer of {Grain} failed; it goes on")]
    public partial void TimerFailed(Exception exception, GrainId grain);

    [LoggerMessage(7, LogLevel.Warning, "One-way call {Method} of {Grain} failed")]
    public partial void OneWayFailed(Exception exception, object method, GrainId grain);

    [LoggerMessage(8, LogLevel.Warning, "Reminder {Reminder} of {Grain} failed; it was delivered")]
    public partial void TickFailed(Exception exception, GrainId grain, string reminder);

    [LoggerMessage(9, LogLevel.Warning, "Reminder {Reminder} of {Grain} was turned away and comes again")]
    public partial void TickRejected(Exception exception, GrainId grain, string reminder);

    [LoggerMessage(10, LogLevel.Error, "Reminders could not be read or their progress not be written; it is tried again")]
    public partial void RemindersUnavailable(Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The silo's heartbeat could not be written; it is tried again")]
    public partial void HeartbeatFailed(Exception exception);

    [LoggerMessage(12, LogLevel.Information, "The silo's heartbeat is written again")]
    public partial void ClusterReached();

    [LoggerMessage(13, LogLevel.Information, "Waiting for silo {Silo} to leave cluster {Cluster}")]
    public partial void WaitingForSilo(string silo, string cluster);

    [LoggerMessage(14, LogLevel.Warning, "A connection from {Remote} was refused or broken: {Why}")]
    public partial void ConnectionBroken(string remote, string why);

    [LoggerMessage(15, LogLevel.Warning, "No silo can be reached ({Why}); it is tried again")]
    public partial void NoSilo(string why);

    [LoggerMessage(16, LogLevel.Information, "Connected to silo {Silo}")]
    public partial void Connected(string silo);

    [LoggerMessage(18, LogLevel.Warning, "{Count} partitions are another silo's by now; their grains are dropped")]
    public partial void PartitionsLost(int count);

    [LoggerMessage(19, LogLevel.Error, "Partitions could not be handed over; they are taken again")]
    public partial void HandoverFailed(Exception exception);

    [LoggerMessage(20, LogLevel.Information, "Silo {Silo} is in the cluster")]
    public partial void SiloCame(SiloAddress silo);

    [LoggerMessage(21, LogLevel.Information, "Silo {Silo} has left the cluster")]
    public partial void SiloLeft(SiloAddress silo);

    [LoggerMessage(22, LogLevel.Warning, "Silo {Silo} counts as dead: its heartbeat stayed away; the others take over its {Partitions} partitions")]
    public partial void SiloDied(SiloAddress silo, int partitions);

    [LoggerMessage(17, LogLevel.Error, "An internal loop failed; it goes on")]
    public partial void LoopFailed(Exception exception);
}
