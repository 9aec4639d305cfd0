using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Batch;

/// <summary>Answers one call, be it for one object or for several ids.</summary>
internal sealed class CallDispatcher(GraphPipeline pipeline, IdsEndpoint ids, TraceIds traces)
{
    public Task<GraphReply> AnswerAsync(Exchange exchange) =>
        IdsEndpoint.IsOfIds(exchange.Request) ? ids.AnswerAsync(exchange) : pipeline.AnswerAsync(exchange);

    /// <summary>A call that is part of an HTTP request with others.</summary>
    public Exchange NewItem(GraphRequest request, DateTimeOffset now) => new(request, now, traces.Next()) { InBatch = true };
}
