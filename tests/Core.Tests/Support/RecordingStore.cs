using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Support;

/// <summary>A store in memory that writes down what it was asked for, in order.</summary>
internal sealed class RecordingStore : IInsightsStore
{
    private readonly Dictionary<int, long> _staged = [];

    public List<string> Log { get; } = [];

    public List<(InsightsSlice Slice, long Rows)> Published { get; } = [];

    public List<RunReport> Ended { get; } = [];

    /// <summary>Throws in a publish, by its number from 0.</summary>
    public Func<int, Exception?> PublishFails { get; init; } = _ => null;

    public Exception? StageFails { get; init; }

    public Exception? EndFails { get; init; }

    /// <summary>Runs before a page is staged.</summary>
    public Action<InsightPage>? OnStage { get; init; }

    private int _publishes;

    public Task<SyncRun> BeginRunAsync(AdAccountKey account, string job, string trigger, DateRange window, long? requestedRun, CancellationToken cancellationToken)
    {
        Log.Add($"begin {job} {trigger} {window}{(requestedRun is null ? "" : $" as {requestedRun}")}");
        return Task.FromResult(new SyncRun(7, account, job, 3));
    }

    public Task DiscardAsync(InsightsSlice slice, CancellationToken cancellationToken)
    {
        Log.Add($"discard {slice.Number}");
        _staged.Remove(slice.Number);
        return Task.CompletedTask;
    }

    public Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken)
    {
        OnStage?.Invoke(page);
        if (StageFails is { } failure)
            throw failure;
        Log.Add($"stage {slice.Number}.{page.Number}");
        _staged[slice.Number] = _staged.GetValueOrDefault(slice.Number) + page.Rows.Length;
        return Task.CompletedTask;
    }

    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken)
    {
        if (PublishFails(_publishes++) is { } failure)
            throw failure;
        if (_staged.GetValueOrDefault(slice.Number) != expectedRows)
            throw new InvalidOperationException($"Slice {slice.Number} holds {_staged.GetValueOrDefault(slice.Number)} rows, not {expectedRows}.");
        Log.Add($"publish {slice.Number}");
        Published.Add((slice, expectedRows));
        return Task.FromResult(new PublishCounts(expectedRows, expectedRows, 0, 0, 0));
    }

    public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken)
    {
        Assert.False(cancellationToken.CanBeCanceled);
        Log.Add($"end {report.Outcome}");
        Ended.Add(report);
        return EndFails is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }
}
