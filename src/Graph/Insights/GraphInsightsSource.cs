using System.Runtime.CompilerServices;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Insights;

/// <summary>Reads insights from the Graph API, page by page; each page is retried alone.</summary>
internal sealed class GraphInsightsSource(GraphTransport transport, IOptions<GraphOptions> options) : IInsightsSource
{
    /// <inheritdoc />
    public async IAsyncEnumerable<InsightPage> ReadAsync(
        InsightsQuery query,
        AccessToken token,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(token);
        var settings = options.Value;
        var parser = new PageParser(query, transport.ScrubberFor(token), settings.MaxResponseBytes);
        var walk = new CursorWalk($"insights of {query.Account}", settings.MaxPages);
        bool more;
        do
        {
            var request = Request(query, settings.PageLimit, walk.After);
            var answer = await transport.SendAsync(
                request,
                token,
                async (body, cancellation) =>
                {
                    var parsed = await parser.ParseAsync(body, walk.Page, cancellation);
                    return new BodyResult<PageAnswer>(parsed, parsed.Error);
                },
                cancellationToken);
            var page = answer.Value.Page!;
            page.CallsMade = answer.Calls;
            more = Advance(walk, answer.Value, answer.Calls);
            GraphTelemetry.Delivered(page.Rows.Length);
            yield return page;
        }
        while (more);
    }

    // Reports are data that people write: a name that no request can carry is a refusal like Meta's own, and no mistake
    // of this program.
    private static GraphRequest Request(InsightsQuery query, int limit, string? after)
    {
        try
        {
            return InsightsRequest.Of(query, limit, after);
        }
        catch (ArgumentException mistake)
        {
            throw new GraphException(
                $"Report {query.Report.Name} cannot be asked for: {mistake.Message} Fix the report definition.",
                GraphErrorKind.Permanent,
                mistake);
        }
    }

    // Before the page is handed out: a page whose next is broken belongs to an answer that is not whole.
    private static bool Advance(CursorWalk walk, PageAnswer answer, int calls)
    {
        try
        {
            return walk.Advance(answer.Paging);
        }
        catch (GraphException failure)
        {
            answer.Page!.Dispose();
            failure.CallsMade = calls;
            throw;
        }
    }
}
