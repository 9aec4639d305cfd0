using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync.Reports;

/// <summary>A run to look at, with the token that may see it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Token">A token of the account's connection.</param>
/// <param name="Permits">Asked for one permit per poll: inside a batch, too, each counts as a call.</param>
public sealed record ReportPoll(ReportRun Run, AccessToken Token, ICallPermits Permits);

/// <summary>
/// Insights by asynchronous report: asked for, polled, and read once it is complete. Whoever drives it stores the
/// <see cref="ReportRun"/> after the start and re-attaches to it after a crash; <see cref="ReportRules"/> decides.
/// </summary>
public interface IReportSource
{
    /// <summary>Names a question: equal for equal requests, so that a stored run is found again and never read as another's.</summary>
    /// <exception cref="SourceException">No request can carry the report.</exception>
    string Question(InsightsQuery query);

    /// <summary>Asks for a report. An answer that was lost leaves a run behind that nobody reads; it expires by itself.</summary>
    /// <param name="attempt">How often this question was asked with this time included; from 1.</param>
    /// <exception cref="SourceException">Meta refused, or what came back is no valid answer.</exception>
    Task<ReportRun> StartAsync(InsightsQuery query, AccessToken token, int attempt, CancellationToken cancellationToken);

    /// <summary>Polls runs of any number of accounts, 50 in one request for each token; the answers have the order of the polls.</summary>
    Task<ImmutableArray<ReportStatus>> PollAsync(IReadOnlyList<ReportPoll> polls, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a completed report from <see cref="ReportRun.After"/> on, page by page; the caller disposes each page. The
    /// enumeration ends only when Meta said that there is no next page.
    /// </summary>
    /// <exception cref="ArgumentException">The run answers another question than the query.</exception>
    /// <exception cref="SourceException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<InsightPage> ReadAsync(InsightsQuery query, ReportRun run, AccessToken token, CancellationToken cancellationToken);

    /// <summary>Deletes a report, so that it no longer counts as in flight. A run that is gone already is no failure.</summary>
    /// <exception cref="SourceException">Meta refused.</exception>
    Task DropAsync(ReportPoll run, CancellationToken cancellationToken);
}

/// <summary>Where runs are kept while they are in flight, by question; what makes a restart re-attach.</summary>
public interface IReportMemory
{
    /// <summary>The run that was asked this question, or null.</summary>
    ValueTask<ReportRun?> FindAsync(string question, CancellationToken cancellationToken);

    /// <summary>Keeps the run in place of any other of its question. The report is polled only after this has returned.</summary>
    ValueTask KeepAsync(ReportRun run, CancellationToken cancellationToken);

    /// <summary>
    /// Notes what was seen of a run that is kept. One that was forgotten or replaced stays so: whoever was frozen, and goes
    /// on when his successor has read the report, must not bring it back.
    /// </summary>
    ValueTask NoteAsync(ReportRun run, CancellationToken cancellationToken);

    /// <summary>Forgets a run that was read or is worth nothing any more.</summary>
    ValueTask ForgetAsync(ReportRun run, CancellationToken cancellationToken);
}

/// <summary>The memories of all accounts: what one account asked for is never another's.</summary>
public interface IReportMemories
{
    /// <summary>That of one account.</summary>
    IReportMemory Of(AdAccountKey account);
}
