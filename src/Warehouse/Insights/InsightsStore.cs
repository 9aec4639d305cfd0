using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>The warehouse as a run sees it.</summary>
public sealed class InsightsStore(
    NpgsqlDataSource database, RunLedger runs, StagingWriter staging, SlicePublisher publisher) : IInsightsStore
{
    private const string Discard = "delete from insights_staging where run_id = $1 and run_epoch = $2 and slice = $3";

    private readonly SliceExaminer _examiner = new(database, publisher);

    /// <inheritdoc />
    public Task<SyncRun> BeginRunAsync(
        AdAccountKey account, string job, string trigger, DateRange window, long? requestedRun, CancellationToken cancellationToken) =>
        runs.BeginAsync(account, job, trigger, window, requestedRun, cancellationToken);

    /// <inheritdoc />
    public Task DiscardAsync(InsightsSlice slice, CancellationToken cancellationToken) =>
        ExecuteAsync(Discard, cancellationToken, slice.Run.Id, slice.Run.Epoch, slice.Number);

    /// <inheritdoc />
    public Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken) =>
        ExecuteAsync($"{Discard} and page >= $4 and page < $5", cancellationToken, slice.Run.Id, slice.Run.Epoch, slice.Number, from, until);

    /// <inheritdoc />
    public Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken) =>
        staging.WriteAsync(slice, page, cancellationToken);

    /// <inheritdoc />
    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken) =>
        publisher.PublishAsync(slice, expectedRows, cancellationToken);

    /// <inheritdoc />
    public Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken) => _examiner.ExamineAsync(slice, cancellationToken);

    /// <inheritdoc />
    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken) =>
        publisher.PublishAsync(slice, expectedRows, judgement, cancellationToken);

    /// <inheritdoc />
    public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken) =>
        runs.EndAsync(run, report, cancellationToken);

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
