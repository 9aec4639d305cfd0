using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Support;

/// <summary>A store in memory that writes down what it was asked for, in order.</summary>
internal sealed class RecordingStore : IInsightsStore
{
    private readonly Dictionary<(int Slice, int Page), InsightPage> _staged = [];

    public List<string> Log { get; } = [];

    public List<(InsightsSlice Slice, long Rows)> Published { get; } = [];

    /// <summary>The pages of all that was published.</summary>
    public List<InsightPage> Pages { get; } = [];

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
        foreach (var place in _staged.Keys.Where(place => place.Slice == slice.Number).ToArray())
            _staged.Remove(place);
        return Task.CompletedTask;
    }

    public Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken)
    {
        Log.Add($"discard {slice.Number}.{from}..{until - 1}");
        foreach (var place in _staged.Keys.Where(place => place.Slice == slice.Number && place.Page >= from && place.Page < until).ToArray())
            _staged.Remove(place);
        return Task.CompletedTask;
    }

    public Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken)
    {
        OnStage?.Invoke(page);
        if (StageFails is { } failure)
            throw failure;
        Log.Add($"stage {slice.Number}.{page.Number}");
        _staged.Add((slice.Number, page.Number), page);
        return Task.CompletedTask;
    }

    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken)
    {
        if (PublishFails(_publishes++) is { } failure)
            throw failure;
        InsightPage[] pages = [.. _staged.Where(page => page.Key.Slice == slice.Number).OrderBy(page => page.Key.Page).Select(page => page.Value)];
        if (pages.Sum(page => page.Rows.Length) != expectedRows)
            throw new InvalidOperationException($"Slice {slice.Number} holds {pages.Sum(page => page.Rows.Length)} rows, not {expectedRows}.");
        Log.Add($"publish {slice.Number}");
        Pages.AddRange(pages);
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
