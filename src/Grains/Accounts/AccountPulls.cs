using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Accounts;

/// <summary>The two ways in which a run reads: insights, and objects.</summary>
public sealed partial class AccountPulls(InsightsPull insights, EntityPull entities, ILogger<AccountPulls> logger)
{
    /// <summary>Runs what the machine began.</summary>
    internal Task<RunReport> RunAsync(
        AdAccountKey account, SyncEffect.StartRun start, ICallPermits permits, Action<SyncRun> started, AccessToken token, CancellationToken cancellationToken) =>
        start.Plan.Job == SyncJob.Entities
            ? entities.RunAsync(
                new EntityPullRequest(account, start.Request?.Trigger ?? "schedule")
                {
                    RequestedRun = start.Request?.RunId,
                    Permits = permits,
                    Started = started,
                    Skipped = skipped => LogSkipped(logger, account.ToString(), skipped.Kind.ToString(), skipped.Id, skipped.Reason),
                },
                token, cancellationToken)
            : insights.RunAsync(
                start.ToPullRequest(account) with { RequestedRun = start.Request?.RunId, Permits = permits, Started = started }, token, cancellationToken);

    [LoggerMessage(EventId = 3111, Level = LogLevel.Warning, Message = "{Account}: {Kind} {Id} was skipped, since it is not described as its kind is: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string account, string kind, string id, string reason);
}
