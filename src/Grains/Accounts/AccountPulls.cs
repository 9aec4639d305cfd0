using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Insights;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Accounts;

/// <summary>The ways in which a run reads: insights, objects, and insights that are then held against what is published.</summary>
public sealed partial class AccountPulls(
    InsightsPull insights, EntityPull entities, Reconciler reconciler, ReportDefinitionStore reports, ILogger<AccountPulls> logger)
{
    /// <summary>Runs what the machine began.</summary>
    internal Task<RunReport> RunAsync(
        AdAccountKey account, SyncEffect.StartRun start, ICallPermits permits, Action<SyncRun> started, AccessToken token, CancellationToken cancellationToken) =>
        start.Plan.Job switch
        {
            SyncJob.Entities => entities.RunAsync(
                new EntityPullRequest(account, start.Request?.Trigger ?? "schedule")
                {
                    RequestedRun = start.Request?.RunId,
                    Permits = permits,
                    Started = started,
                    Skipped = skipped => LogSkipped(logger, account.ToString(), skipped.Kind.ToString(), skipped.Id, skipped.Reason),
                },
                token, cancellationToken),
            SyncJob.Reconcile => ReconcileAsync(account, start, permits, started, token, cancellationToken),
            _ => insights.RunAsync(RequestOf(account, start, permits, started), token, cancellationToken),
        };

    private static PullRequest RequestOf(AdAccountKey account, SyncEffect.StartRun start, ICallPermits permits, Action<SyncRun> started) =>
        start.ToPullRequest(account) with { RequestedRun = start.Request?.RunId, Permits = permits, Started = started };

    private async Task<RunReport> ReconcileAsync(
        AdAccountKey account, SyncEffect.StartRun start, ICallPermits permits, Action<SyncRun> started, AccessToken token, CancellationToken cancellationToken)
    {
        SyncRun? run = null;
        var request = RequestOf(account, start, permits, begun =>
        {
            run = begun;
            started(begun);
        });
        var report = await insights.RunAsync(request, token, cancellationToken);
        if (report.Outcome != RunOutcome.Succeeded)
            return report;
        var gaps = await reconciler.CheckAsync(account, start.Plan.Window, await reports.OfAsync(account, cancellationToken), run!.Id, cancellationToken);
        if (gaps > 0)
            LogGaps(logger, account.ToString(), gaps);
        return report;
    }

    [LoggerMessage(EventId = 3111, Level = LogLevel.Warning, Message = "{Account}: {Kind} {Id} was skipped, since it is not described as its kind is: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string account, string kind, string id, string reason);

    [LoggerMessage(EventId = 3112, Level = LogLevel.Information, Message = "{Account}: the rows of {Gaps} days at some level do not add up to the account's own total (meta_reconciliation); deep reads them again")]
    private static partial void LogGaps(ILogger logger, string account, long gaps);
}
