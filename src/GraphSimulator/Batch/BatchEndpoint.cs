using System.Text.Json;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Tokens;

namespace MetaGrains.GraphSimulator.Batch;

/// <summary>
/// Answers <c>POST /</c> with a <c>batch</c>: every item is a call of its own, with its own limits, faults and headers.
/// An item is <c>null</c> when the batch ran out of time, when what it depends on failed, or when its answer is only
/// there for others.
/// </summary>
internal sealed class BatchEndpoint(GraphVersions versions, TokenBook tokens, CallDispatcher dispatcher, SimulatorFaults faults, CallLog calls)
{
    private const int MostItems = 50;

    public static bool IsBatch(GraphRequest request) =>
        request.Method == "POST"
        && (request.Segments.Length == 0 || (request.Segments.Length == 1 && GraphVersions.IsVersion(request.Segments[0])))
        && request.Find("batch") is not null;

    public async Task<GraphReply> AnswerAsync(Exchange outer)
    {
        try
        {
            if (outer.Request.Segments.Length > 0)
                versions.Take(outer.Request, outer.Headers);
            outer.Headers["x-fb-trace-id"] = outer.TraceId;
            outer.Headers["x-fb-rev"] = "1030000000";
            outer.Session = tokens.Open(outer.Request, outer.Now);
            outer.Fault = faults.Take(null, FaultScope.Other, inBatch: false);
            if (outer.Fault is { } fault && FaultyReplies.Instead(fault, outer.Request, outer.Buffer, outer.TraceId) is { } instead)
                return Log(outer, instead);
            await WriteAsync(outer, BatchItem.ReadAll(outer.Request.Find("batch")!));
            var reply = new GraphReply(200, outer.Buffer.Written);
            return Log(outer, outer.Fault is { } spoils ? Spoil(spoils, reply) : reply);
        }
        catch (GraphException e)
        {
            outer.Error = e.Error;
            return Log(outer, FaultyReplies.Error(e.Error, outer.Buffer, outer.TraceId));
        }
    }

    private static GraphReply Spoil(InjectedFault fault, GraphReply reply) => fault.Kind == FaultKind.Slow
        ? reply with { Delay = TimeSpan.FromSeconds(fault.Seconds) }
        : FaultyReplies.Spoil(fault.Kind, reply) ?? reply;

    private GraphReply Log(Exchange outer, GraphReply reply)
    {
        calls.Add(Call.Of(outer, reply.Status) with { Cost = 0 });
        return reply;
    }

    private async Task WriteAsync(Exchange outer, List<BatchItem> items)
    {
        if (items.Count > MostItems)
            throw new GraphException(new GraphError(100, $"Too many requests in batch message. Maximum batch size is {MostItems}") { Type = "GraphBatchException" });
        var needed = items.SelectMany(item => item.Needs()).ToHashSet(StringComparer.Ordinal);
        var withHeaders = outer.Request.Find("include_headers") is not ("false" or "0");
        var references = new BatchReferences();
        using var writer = new Utf8JsonWriter(outer.Buffer);
        writer.WriteStartArray();
        foreach (var item in items)
        {
            if (item.Needs().Any(name => !references.Has(name)))
                writer.WriteNullValue();
            else
                await WriteAsync(outer, item, item.Name is not null && needed.Contains(item.Name), references, withHeaders, writer);
        }

        writer.WriteEndArray();
    }

    private async Task WriteAsync(
        Exchange outer, BatchItem item, bool isNeeded, BatchReferences references, bool withHeaders, Utf8JsonWriter writer)
    {
        using var exchange = dispatcher.NewItem(item.Request(outer.Request, references), outer.Now);
        var reply = await dispatcher.AnswerAsync(exchange);
        var succeeded = reply.Status == 200 && exchange.Error is null;
        if (succeeded && item.Name is not null)
            references.Add(item.Name, reply.Body.ToArray());
        if (exchange.Fault?.Kind == FaultKind.BatchNull || (succeeded && (item.OmitOnSuccess ?? isNeeded)))
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("code"u8, reply.Status);
        if (withHeaders)
            WriteHeaders(exchange, reply, writer);
        writer.WriteString("body"u8, reply.Body.Span);
        writer.WriteEndObject();
    }

    private static void WriteHeaders(Exchange exchange, GraphReply reply, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("headers"u8);
        WriteHeader("Content-Type", reply.ContentType);
        foreach (var (name, value) in exchange.Headers)
            WriteHeader(name, value.ToString());
        writer.WriteEndArray();

        void WriteHeader(string name, string value)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteString("value"u8, value);
            writer.WriteEndObject();
        }
    }
}
