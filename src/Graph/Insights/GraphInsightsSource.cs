using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Reports;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Insights;

/// <summary>Reads insights from the Graph API, page by page: at once, or by an asynchronous report.</summary>
internal sealed class GraphInsightsSource(InsightsWalk walk, ReportFollower reports, IOptions<GraphOptions> options) : IInsightsSource
{
    /// <inheritdoc />
    public int PageLimit => options.Value.PageLimit;

    /// <inheritdoc />
    public IAsyncEnumerable<InsightPage> ReadAsync(InsightsQuery query, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(token);
        return query.Asynchronous
            ? reports.ReadAsync(query, token, cancellationToken)
            : walk.ReadAsync(query, $"insights of {query.Account}", start: null, (limit, after) => Request(query, limit, after), token, cancellationToken);
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
            throw InsightsRequest.Unaskable(query.Report, mistake);
        }
    }
}
