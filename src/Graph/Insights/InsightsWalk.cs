using System.Runtime.CompilerServices;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Insights;

/// <summary>Walks the pages of one insights answer, synchronous or of a report; each page is retried alone.</summary>
internal sealed class InsightsWalk(GraphTransport transport, PageLimits limits, IOptions<GraphOptions> options)
{
    private readonly GraphOptions _options = options.Value;

    /// <summary>Reads to the end.</summary>
    /// <param name="what">What is read, for messages.</param>
    /// <param name="start">The cursor to begin after, or null for the first page.</param>
    /// <param name="request">The request of a page, by its limit and the cursor before it.</param>
    public async IAsyncEnumerable<InsightPage> ReadAsync(
        InsightsQuery query,
        string what,
        string? start,
        Func<int, string?, GraphRequest> request,
        AccessToken token,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = new PageParser(query, transport.ScrubberFor(token), _options.MaxResponseBytes);
        var walk = new CursorWalk(what, _options.MaxPages, start);
        bool more;
        do
        {
            var (answer, calls) = await ReadPageAsync(query, walk, parser, request, token, cancellationToken);
            var page = answer.Page!;
            page.CallsMade = calls;
            more = Advance(walk, answer, calls);
            page.NextCursor = more ? walk.After : null;
            GraphTelemetry.Delivered(page.Rows.Length);
            yield return page;
        }
        while (more);
    }

    // A page that is too large is asked for again with a smaller limit: the cursor before it stays good.
    private async Task<(PageAnswer Answer, int Calls)> ReadPageAsync(
        InsightsQuery query,
        CursorWalk walk,
        PageParser parser,
        Func<int, string?, GraphRequest> request,
        AccessToken token,
        CancellationToken cancellationToken)
    {
        var (key, most) = ($"{query.Account}/{query.Report.Name}", Math.Min(query.PageLimit ?? int.MaxValue, _options.PageLimit));
        for (var spent = 0; ;)
        {
            var limit = limits.Of(key, most);
            try
            {
                var answer = await transport.SendAsync(
                    request(limit, walk.After),
                    token,
                    async (body, cancellation) =>
                    {
                        var parsed = await parser.ParseAsync(body, walk.Page, cancellation);
                        return new BodyResult<PageAnswer>(parsed, parsed.Error);
                    },
                    cancellationToken);
                limits.Fitted(key, limit, most);
                answer.Value.Page!.Limit = limit;
                return (answer.Value, spent + answer.Calls);
            }
            catch (GraphException failure)
            {
                spent += failure.Calls;
                failure.CallsMade = spent;
                if (failure.Excess != Excess.Page || !limits.TooLarge(key, limit))
                    throw;
            }
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
