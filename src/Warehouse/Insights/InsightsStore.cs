using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>The warehouse as a run sees it.</summary>
public sealed class InsightsStore(
    NpgsqlDataSource database, RunLedger runs, SliceStaging staging, SlicePublisher publisher) : IInsightsStore
{
    private readonly SliceExaminer _examiner = new(database, staging, publisher);

    /// <inheritdoc />
    public async Task<SyncRun> BeginRunAsync(
        AdAccountKey account, string job, string trigger, DateRange window, long? requestedRun, CancellationToken cancellationToken)
    {
        var run = await runs.BeginAsync(account, job, trigger, window, requestedRun, cancellationToken);
        staging.ForgetBefore(run);
        return run;
    }

    /// <inheritdoc />
    public Task DiscardAsync(InsightsSlice slice, CancellationToken cancellationToken) =>
        staging.DiscardAsync(slice, 0, int.MaxValue, cancellationToken);

    /// <inheritdoc />
    public Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken) =>
        staging.DiscardAsync(slice, from, until, cancellationToken);

    /// <inheritdoc />
    public Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken) =>
        staging.AddAsync(slice, page, cancellationToken);

    /// <inheritdoc />
    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken) =>
        publisher.PublishAsync(slice, expectedRows, cancellationToken);

    /// <inheritdoc />
    public Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken) => _examiner.ExamineAsync(slice, cancellationToken);

    /// <inheritdoc />
    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken) =>
        publisher.PublishAsync(slice, expectedRows, judgement, cancellationToken);

    /// <inheritdoc />
    public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken)
    {
        staging.Forget(run);
        return runs.EndAsync(run, report, cancellationToken);
    }
}
