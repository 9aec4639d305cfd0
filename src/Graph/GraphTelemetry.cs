using System.Diagnostics;
using System.Diagnostics.Metrics;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph;

/// <summary>Traces and metrics of the client, all named <see cref="Name"/>. Tags are bounded: never an account, never a token.</summary>
public static class GraphTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "MetaGrains.Graph";

    internal static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Instruments = new(Name);
    private static readonly Counter<long> Requests =
        Instruments.CreateCounter<long>("metagrains.graph.requests", "{request}", "HTTP requests sent, retries included.");
    private static readonly Histogram<double> Durations =
        Instruments.CreateHistogram<double>("metagrains.graph.request.duration", "s", "Time from a request to the end of its answer.");
    private static readonly Counter<long> Retries =
        Instruments.CreateCounter<long>("metagrains.graph.retries", "{request}", "Requests that repeat a failed one.");
    private static readonly Counter<long> Errors =
        Instruments.CreateCounter<long>("metagrains.graph.errors", "{error}", "Attempts that failed, by kind.");
    private static readonly Counter<long> Pages =
        Instruments.CreateCounter<long>("metagrains.graph.pages", "{page}", "Valid insights pages.");
    private static readonly Counter<long> Rows =
        Instruments.CreateCounter<long>("metagrains.graph.rows", "{row}", "Rows of valid insights pages.");

    internal static void Answered(string edge, TimeSpan elapsed)
    {
        var tag = new KeyValuePair<string, object?>("edge", edge);
        Requests.Add(1, tag);
        Durations.Record(elapsed.TotalSeconds, tag);
    }

    internal static void Failed(string edge, GraphErrorKind kind) =>
        Errors.Add(1, new KeyValuePair<string, object?>("edge", edge), new KeyValuePair<string, object?>("kind", KindName(kind)));

    internal static void Retried(string edge) => Retries.Add(1, new KeyValuePair<string, object?>("edge", edge));

    internal static void Delivered(int rows)
    {
        Pages.Add(1);
        Rows.Add(rows);
    }

    internal static string KindName(GraphErrorKind kind) => Enum.GetName(kind) ?? "Unknown";
}
