using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.Tokens;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>One call on its way through: a whole HTTP request, an item of a batch or one of several ids.</summary>
internal sealed class Exchange(GraphRequest request, DateTimeOffset now, string traceId) : IDisposable
{
    public GraphRequest Request { get; } = request;

    public DateTimeOffset Now { get; } = now;

    public string TraceId { get; } = traceId;

    public PooledBuffer Buffer { get; } = new();

    public HeaderDictionary Headers { get; } = [];

    /// <summary>Whether it is an item of a batch.</summary>
    public bool InBatch { get; init; }

    public Session? Session { get; set; }

    public GraphTarget? Target { get; set; }

    public InjectedFault? Fault { get; set; }

    public LimitVerdict? Limits { get; set; }

    /// <summary>What it used of which account; several for a call with several ids.</summary>
    public List<AccountUsage> Used { get; } = [];

    /// <summary>What it is answered with, when that is an error.</summary>
    public GraphError? Error { get; set; }

    public void Dispose() => Buffer.Dispose();
}
