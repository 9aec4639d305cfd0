using MetaGrains.GraphSimulator.Batch;
using MetaGrains.GraphSimulator.OAuth;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Answers every HTTP request that is not to <c>/_sim</c>: a call, a batch of them, or one call for several ids.</summary>
internal sealed class GraphEndpoint(SimulatorClock clock, GraphPipeline pipeline, BatchEndpoint batches, IdsEndpoint ids, DialogEndpoint dialog, TraceIds traces)
{
    public async Task HandleAsync(HttpContext http)
    {
        if (DialogEndpoint.IsDialog(http.Request.Path))
        {
            await dialog.HandleAsync(http);
            return;
        }

        var now = clock.GetUtcNow();
        var traceId = traces.Next();
        GraphRequest request;
        try
        {
            request = await RequestReader.ReadAsync(http.Request);
        }
        catch (GraphException e)
        {
            using var buffer = new PooledBuffer();
            await FaultyReplies.Error(e.Error, buffer, traceId).SendAsync(http, clock.Inner);
            return;
        }

        using var exchange = new Exchange(request, now, traceId);
        var reply = BatchEndpoint.IsBatch(request) ? await batches.AnswerAsync(exchange)
            : IdsEndpoint.IsOfIds(request) ? await ids.AnswerAsync(exchange)
            : await pipeline.AnswerAsync(exchange);
        foreach (var (name, value) in exchange.Headers)
            http.Response.Headers[name] = value;
        if (EntityTags.Has(http.Request, exchange.Headers))
            http.Response.StatusCode = StatusCodes.Status304NotModified;
        else
            await reply.SendAsync(http, clock.Inner);
    }
}
