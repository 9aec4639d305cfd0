using System.Diagnostics;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using Orleans.Serialization;

namespace MetaGrains.Engine.Network;

/// <summary>The part of a request before its arguments.</summary>
internal static class CallHeader
{
    private const int MaxContextValues = 256;

    /// <summary>Time travels as what is left of it: two clocks need not agree.</summary>
    public static void Write(WireWriter writer, Call call, long requestId, TimeSpan left)
    {
        writer.Int64(requestId);
        writer.Int64(left.Ticks);
        writer.Text(call.Target.ToString());
        writer.Text(call.Source?.ToString());
        writer.Text(call.Method.Contract.WireName);
        writer.Text(call.Method.Name);
        writer.Text(call.Trace == default ? null : $"00-{call.Trace.TraceId}-{call.Trace.SpanId}-{(byte)call.Trace.TraceFlags:x2}");
        writer.Int32(call.Context?.Count ?? 0);
        foreach (var (key, value) in call.Context ?? [])
        {
            writer.Text(key);
            ScalarCodec.WriteAny(writer, value);
        }
    }

    public static (IncomingHeader Header, string Interface, string Method) Read(ref WireReader reader, long requestId, TimeProvider time)
    {
        var left = reader.Int64();
        if (!GrainId.TryParse(reader.RequiredText(), out var target))
            throw new SerializerException("The request's grain id reads not type/key.");
        var source = GrainId.TryParse(reader.Text(), out var from) ? from : (GrainId?)null;
        var contract = reader.RequiredText();
        var method = reader.RequiredText();
        _ = ActivityContext.TryParse(reader.Text(), null, isRemote: true, out var trace);
        var deadline = time.Deadline(new TimeSpan(Math.Max(left, 0)));
        return (new IncomingHeader(requestId, target, source, ReadContext(ref reader), trace, deadline), contract, method);
    }

    private static Dictionary<string, object>? ReadContext(ref WireReader reader)
    {
        var count = reader.Count();
        if (count > MaxContextValues)
            throw new SerializerException($"The request has {count} request context values; allowed are {MaxContextValues}.");
        if (count == 0)
            return null;
        var context = new Dictionary<string, object>(count, StringComparer.Ordinal);
        for (; count > 0; count--)
            context[reader.RequiredText()] = ScalarCodec.ReadAny(ref reader);
        return context;
    }
}
