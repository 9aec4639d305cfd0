using System.Diagnostics;
using System.Diagnostics.Metrics;
using MetaGrains.Engine.Calls;

namespace MetaGrains.Engine.Runtime;

/// <summary>Traces and metrics, both under the name <c>MetaGrains.Engine</c>.</summary>
internal static class EngineTelemetry
{
    public const string Name = "MetaGrains.Engine";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Ticks = Meter.CreateCounter<long>("metagrains.engine.reminder.ticks", description: "Reminder ticks that were delivered");
    public static readonly Histogram<double> TickLag = Meter.CreateHistogram<double>("metagrains.engine.reminder.lag", "s", "From due to sent");
    public static readonly UpDownCounter<long> Activations = Meter.CreateUpDownCounter<long>("metagrains.engine.activations", description: "Activations in memory");
    public static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>("metagrains.engine.connections", description: "Open client connections of the gateway");

    public static Activity? StartCall(Call call) =>
        Source.HasListeners() ? Source.StartActivity(call.Method.ToString(), ActivityKind.Server, call.Trace) : null;
}
