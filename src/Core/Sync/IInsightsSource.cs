using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync;

/// <summary>What one insights answer is asked for.</summary>
/// <param name="Account">The account.</param>
/// <param name="Report">Level, fields, breakdowns, windows and filters.</param>
/// <param name="Days">The days, in the account's zone; one row per day (<c>time_increment=1</c>).</param>
public sealed record InsightsQuery(AdAccountId Account, InsightsReport Report, DateRange Days)
{
    /// <summary>Asked for a permit right before each HTTP request, retries included.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary><c>limit</c> of a page, as the shape of the request says; null leaves it to the source, which adapts it.</summary>
    public int? PageLimit { get; init; }

    /// <summary>Whether to ask by an asynchronous report: slower to start, frozen once made, and allowed to be larger.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>Where an asynchronous report is kept while in flight; null keeps it nowhere, and a crash starts it again.</summary>
    public IReportMemory? Reports { get; init; }
}

/// <summary>Where insights come from: the Graph API client, in production and in every test but the pure ones.</summary>
public interface IInsightsSource
{
    /// <summary>Rows of a page, at most. A page that is refused as too large is asked for again with less by the source itself.</summary>
    int PageLimit => 500;

    /// <summary>
    /// Reads one answer to its end, page by page. The caller disposes each page. The enumeration ends only when Meta
    /// said that there is no next page; anything else throws, and then nothing of the answer may be published.
    /// </summary>
    /// <exception cref="SourceException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<InsightPage> ReadAsync(InsightsQuery query, AccessToken token, CancellationToken cancellationToken);
}
