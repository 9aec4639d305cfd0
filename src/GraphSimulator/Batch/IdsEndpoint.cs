using System.Text.Json;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Limits;

namespace MetaGrains.GraphSimulator.Batch;

/// <summary>Answers <c>GET /?ids=a,b</c> and <c>GET /{edge}?ids=a,b</c>: an object with an answer per id. Each id is a call.</summary>
internal sealed class IdsEndpoint(GraphPipeline pipeline, LimitLayers limits, CallLog calls, TraceIds traces)
{
    private const int MostIds = 50;

    public static bool IsOfIds(GraphRequest request)
    {
        if (!request.IsRead || request.Find("ids") is null)
            return false;
        var path = request.Segments.Length > 0 && GraphVersions.IsVersion(request.Segments[0]) ? request.Segments[1..] : request.Segments;
        return path.Length == 0 || (path.Length == 1 && path[0] != "me" && path[0].All(sign => char.IsAsciiLetter(sign) || sign == '_'));
    }

    public async Task<GraphReply> AnswerAsync(Exchange outer)
    {
        try
        {
            var reply = await AnswerAllAsync(outer);
            calls.Add(Call.Of(outer, reply.Status) with { Cost = 0 });
            return reply;
        }
        catch (GraphException e)
        {
            outer.Error = e.Error;
            calls.Add(Call.Of(outer, e.Error.Status) with { Cost = 0 });
            return FaultyReplies.Error(e.Error, outer.Buffer, outer.TraceId);
        }
    }

    private async Task<GraphReply> AnswerAllAsync(Exchange outer)
    {
        var request = outer.Request;
        var ids = ListParameters.Read(request, "ids").Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
            throw GraphErrors.Invalid("Param ids must be a non-empty list");
        if (ids.Count > MostIds)
            throw GraphErrors.Invalid($"Too many IDs. Maximum: {MostIds}. Provided: {ids.Count}.");
        GraphReply? failure = null;
        using (var writer = new Utf8JsonWriter(outer.Buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var id in ids)
            {
                using var one = new Exchange(RequestOf(request, id), outer.Now, traces.Next()) { InBatch = true };
                var reply = await pipeline.AnswerAsync(one);
                Merge(one, outer);
                if (reply.Status != 200 || one.Error is not null)
                {
                    failure = reply with { Body = reply.Body.ToArray() };
                    break;
                }

                writer.WritePropertyName(id);
                writer.WriteRawValue(reply.Body.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return failure ?? new GraphReply(200, outer.Buffer.Written);
    }

    private static GraphRequest RequestOf(GraphRequest outer, string id)
    {
        var versioned = outer.Segments.Length > 0 && GraphVersions.IsVersion(outer.Segments[0]);
        var edge = string.Join('/', versioned ? outer.Segments[1..] : outer.Segments);
        var path = $"{(versioned ? $"/{outer.Segments[0]}" : "")}/{id}{(edge.Length > 0 ? $"/{edge}" : "")}";
        var request = new GraphRequest("GET", outer.Origin, path) { Token = outer.Token };
        request.Parameters.AddRange(outer.Parameters.Where(pair => pair.Key is not ("ids" or "method")));
        return request;
    }

    private void Merge(Exchange one, Exchange outer)
    {
        foreach (var (name, value) in one.Headers)
        {
            if (name != "ETag")
                outer.Headers[name] = value;
        }

        outer.Error ??= one.Error;
        outer.Used.AddRange(one.Used);
        if (outer.Used.Count > 0)
            UsageHeaders.Write(outer.Headers, outer.Used, limits.Limits.Tier());
    }
}
