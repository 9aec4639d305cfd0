using System.Text;
using System.Text.Json;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Batch;

/// <summary>
/// Many requests of one token in few round trips. It saves no quota: each item counts as a call, so each takes a
/// permit of its own account. Items depend on no other item, and none is left out on success, so a null in the answer
/// means one thing only: Meta ran out of time before it got to it.
/// </summary>
internal sealed partial class GraphBatch(
    GraphTransport transport, IOptions<GraphOptions> options, TimeProvider time, GraphChance chance, ILogger<GraphBatch>? logger = null)
{
    /// <summary>Items of one batch (Graph API, batch requests).</summary>
    public const int MaxItems = 50;

    private const int ItemTimedOut = 960;

    private readonly ILogger _logger = logger ?? NullLogger<GraphBatch>.Instance;

    /// <summary>Sends the requests and answers each, in their order. Only items that timed out inside are sent again.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<IReadOnlyList<BatchAnswer>> SendAsync(
        IReadOnlyList<GraphRequest> requests, AccessToken token, CancellationToken cancellationToken)
    {
        var answers = new BatchAnswer[requests.Count];
        var calls = new int[requests.Count];
        var open = Enumerable.Range(0, requests.Count).ToList();
        for (var round = 0; open.Count > 0; round++)
        {
            var late = new List<int>();
            foreach (var chunk in open.Chunk(MaxItems))
            {
                foreach (var (index, answer) in await SendChunkAsync(requests, chunk, calls, token, cancellationToken))
                {
                    answers[index] = answer;
                    if (answer.Failure is { Kind: GraphErrorKind.Transient, Code: ItemTimedOut })
                        late.Add(index);
                }
            }

            open = late;
            if (late.Count == 0 || round >= options.Value.MaxRetries)
                break;
            var delay = GraphRetry.Delay(options.Value, round, chance);
            LogLate(_logger, late.Count, round + 1, delay);
            await Task.Delay(delay, time, cancellationToken);
        }

        return answers;
    }

    private async Task<(int Index, BatchAnswer Answer)[]> SendChunkAsync(
        IReadOnlyList<GraphRequest> requests, int[] chunk, int[] calls, AccessToken token, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await transport.SendSmallAsync(
                Envelope([.. chunk.Select(index => requests[index])], token),
                token,
                (body, scrubber) => BatchReader.Read(body, scrubber, chunk.Length),
                cancellationToken);
            foreach (var index in chunk)
                calls[index] += answer.Calls / chunk.Length;
            return [.. chunk.Select((index, place) => (index, Answer(requests[index], answer.Value[place], calls[index], token)))];
        }
        catch (GraphException failure)
        {
            // The whole batch failed, and with it each item: those of other batches keep what they got.
            foreach (var index in chunk)
                calls[index] += failure.Calls / chunk.Length;
            return [.. chunk.Select(index => (index, new BatchAnswer(default, failure, calls[index])))];
        }
    }

    private BatchAnswer Answer(GraphRequest request, BatchItem? item, int calls, AccessToken token)
    {
        if (item is null)
        {
            var late = new GraphError { Code = ItemTimedOut, Message = "the batch ended before this item did" };
            return Failed(GraphException.Refused(late, request.Edge, request.Account, 200, Usage.UsageObservation.Unknown), calls);
        }

        var usage = transport.Observe(request, token, item.Code, name => item.Headers.GetValueOrDefault(name));
        if (GraphErrorReader.ReadBody(item.Body, transport.ScrubberFor(token)) is { } error)
            return Failed(GraphException.Refused(error, request.Edge, request.Account, item.Code, usage), calls);
        return item.Code is >= 200 and < 300
            ? new BatchAnswer(item.Body, null, calls)
            : Failed(GraphException.WithoutError(request.Edge, request.Account, item.Code, usage), calls);
    }

    private static BatchAnswer Failed(GraphException failure, int calls)
    {
        failure.CallsMade = calls;
        return new BatchAnswer(default, failure, calls);
    }

    // The token is mandatory in the form, in whatever header it also stands; the headers of the items carry the usage.
    private static GraphRequest Envelope(GraphRequest[] items, AccessToken token) =>
        new GraphRequest("batch", "", account: null)
        {
            Method = HttpMethod.Post,
            Permits = new PermitsOf([.. items.Select(item => item.Permits)]),
            Calls = items.Length,
        }
        .With("access_token", token.Reveal())
        .With("include_headers", "true")
        .With("batch", Json(items));

    private static string Json(GraphRequest[] items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                writer.WriteStartObject();
                writer.WriteString("method", item.Method.Method);
                writer.WriteString("relative_url", item.RelativeUrl);
                if (item.Body.Length > 0)
                    writer.WriteString("body", item.Body);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [LoggerMessage(EventId = 3010, Level = LogLevel.Warning,
        Message = "{Items} items of a batch timed out inside it; retry {Retry} of these alone in {Delay}")]
    private static partial void LogLate(ILogger logger, int items, int retry, TimeSpan delay);
}
