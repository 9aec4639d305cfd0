using System.Text;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Makes the answers of injected faults.</summary>
internal static class FaultyReplies
{
    private static readonly byte[] Html =
        Encoding.UTF8.GetBytes("<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>\n");

    private static readonly byte[] Unavailable = Encoding.UTF8.GetBytes("Service Unavailable");

    /// <summary>The answer in place of the real one, or null for a fault that spoils the real one.</summary>
    public static GraphReply? Instead(InjectedFault fault, GraphRequest request, PooledBuffer buffer, string traceId) => fault.Kind switch
    {
        FaultKind.Html => new GraphReply(200, Html) { ContentType = "text/html; charset=utf-8" },
        FaultKind.Http503 => new GraphReply(503, Unavailable) { ContentType = "text/plain; charset=utf-8" },
        FaultKind.EmptyNext => EmptyPage(request, buffer),
        _ => ErrorOf(fault) is { } error ? Error(error, buffer, traceId) : null,
    };

    /// <summary>The error that a fault answers with; null for a fault of another sort.</summary>
    public static GraphError? ErrorOf(InjectedFault fault) => fault.Kind switch
    {
        FaultKind.Http500 => GraphErrors.Unknown(),
        FaultKind.Transient => GraphErrors.Transient(),
        FaultKind.Error200 => GraphErrors.Transient() with { Status = 200 },
        FaultKind.ThrottleAccount => GraphErrors.AccountThrottle(),
        FaultKind.ThrottleInsights => GraphErrors.InsightsThrottle(),
        FaultKind.BatchTimeout => GraphErrors.BatchItemTimeout(),
        FaultKind.Error => Named(fault),
        _ => null,
    };

    /// <summary>The real answer, spoiled. Null when there is nothing in it that the fault could spoil.</summary>
    public static GraphReply? Spoil(FaultKind fault, GraphReply reply) => fault switch
    {
        FaultKind.Truncated => reply with { Body = reply.Body[..(reply.Body.Length / 2)] },
        FaultKind.Slow => reply,
        FaultKind.Reset => reply with { CutAfter = reply.Body.Length / 2 },
        FaultKind.Garbage => Garbled(reply, "\"spend\":\""u8) ?? Garbled(reply, "\"impressions\":\""u8),
        _ => reply,
    };

    public static GraphReply Error(GraphError error, PooledBuffer buffer, string traceId)
    {
        buffer.Clear();
        using (var writer = new Utf8JsonWriter(buffer))
            error.Write(writer, traceId);
        return new GraphReply(error.Status, buffer.Written);
    }

    private static GraphError Named(InjectedFault fault) =>
        new(fault.Code!.Value, fault.Message ?? $"(#{fault.Code}) An injected error") { Subcode = fault.Subcode, Status = fault.Status };

    // The next page begins where this one did, under a cursor of its own: the fault is used up, so it is answered.
    private static GraphReply EmptyPage(GraphRequest request, PooledBuffer buffer)
    {
        var cursor = Cursors.Renew(request.Find("after"));
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data"u8);
            writer.WriteEndArray();
            writer.WriteStartObject("paging"u8);
            writer.WriteStartObject("cursors"u8);
            writer.WriteString("before"u8, cursor);
            writer.WriteString("after"u8, cursor);
            writer.WriteEndObject();
            writer.WriteString("next"u8, Paging.Url(request, "after", cursor));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return new GraphReply(200, buffer.Written);
    }

    private static GraphReply? Garbled(GraphReply reply, ReadOnlySpan<byte> before)
    {
        var body = reply.Body.Span;
        var start = body.IndexOf(before);
        if (start < 0)
            return null;
        start += before.Length;
        var end = start + body[start..].IndexOf((byte)'"');
        return reply with { Body = (byte[])[.. body[..start], .. "abc"u8, .. body[end..]] };
    }
}
