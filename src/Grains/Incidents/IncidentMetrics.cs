using System.Diagnostics.Metrics;

namespace MetaGrains.Grains.Incidents;

/// <summary>What is counted of incidents.</summary>
internal static class IncidentMetrics
{
    private static readonly Meter Meter = new("MetaGrains.Incidents");

    /// <summary>Incidents that were recognised, or that came back.</summary>
    public static Counter<long> Opened { get; } = Meter.CreateCounter<long>("metagrains.incidents.opened", "{incident}", "The same new error came over many accounts.");

    /// <summary>Incidents that are open, in the silo that has the grain.</summary>
    public static UpDownCounter<int> Open { get; } = Meter.CreateUpDownCounter<int>("metagrains.incidents.open", "{incident}", "Incidents that are open.");

    /// <summary>Accounts that were let through to try.</summary>
    public static Counter<long> Probes { get; } = Meter.CreateCounter<long>("metagrains.incidents.probes", "{probe}", "Accounts that were let through to try whether an incident is over.");
}
