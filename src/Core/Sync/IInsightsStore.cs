using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync;

/// <summary>A run that holds the pen for one account and job, until a later run raises the epoch.</summary>
/// <param name="Id"><c>sync_runs.run_id</c>.</param>
/// <param name="Account">Tenant and account.</param>
/// <param name="Job">The job's name, such as <c>incremental</c>.</param>
/// <param name="Epoch">The fence: a publish succeeds only while <c>sync_cursors.run_epoch</c> still equals it.</param>
public sealed record SyncRun(long Id, AdAccountKey Account, string Job, long Epoch)
{
    /// <summary>Reports whose rows were whole only with archived objects, and the newest day for which that was so.</summary>
    public ImmutableDictionary<string, DateOnly> ArchivedUntil { get; init; } = ImmutableDictionary<string, DateOnly>.Empty;
}

/// <summary>One unit of publication: account × report × days.</summary>
/// <param name="Run">The run that reads it.</param>
/// <param name="Number">Number of the slice within the run, from 0.</param>
/// <param name="Report">The report.</param>
/// <param name="Days">The days.</param>
/// <param name="CursorAfter">Where the job's cursor stands once this slice is published, or null while more slices follow.</param>
public sealed record InsightsSlice(SyncRun Run, int Number, InsightsReport Report, DateRange Days, DateOnly? CursorAfter)
{
    /// <summary>
    /// The object whose rows alone are read and published, with what is below it; null for all rows of the days. A publish
    /// of one object leaves rows of others, and all that is said of whole days, as it is.
    /// </summary>
    public EntityScope? Entity { get; init; }
}

/// <summary>What a publish did to the fact table.</summary>
/// <param name="Read">Rows that Meta answered.</param>
/// <param name="Inserted">Rows that were new.</param>
/// <param name="Changed">Rows whose content differed.</param>
/// <param name="Unchanged">Rows that were left alone: not one byte written.</param>
/// <param name="Vanished">Rows that Meta no longer answers; kept as tombstones.</param>
public readonly record struct PublishCounts(long Read, long Inserted, long Changed, long Unchanged, long Vanished)
{
    /// <summary>Sums two publishes.</summary>
    public static PublishCounts operator +(PublishCounts a, PublishCounts b) =>
        new(a.Read + b.Read, a.Inserted + b.Inserted, a.Changed + b.Changed, a.Unchanged + b.Unchanged, a.Vanished + b.Vanished);

    /// <summary>Sums two publishes.</summary>
    public static PublishCounts Add(PublishCounts left, PublishCounts right) => left + right;
}

/// <summary>Where insights go: PostgreSQL.</summary>
public interface IInsightsStore
{
    /// <summary>Starts a run: raises the epoch, so that every earlier run of the same account and job is fenced off.</summary>
    /// <param name="requestedRun">The run that somebody asked for and that this is; null for a run of its own accord.</param>
    /// <exception cref="StaleRunException">The requested run has ended already.</exception>
    Task<SyncRun> BeginRunAsync(
        AdAccountKey account, string job, string trigger, DateRange window, long? requestedRun, CancellationToken cancellationToken);

    /// <summary>Forgets what is staged of a slice, before it is read from its start again.</summary>
    Task DiscardAsync(InsightsSlice slice, CancellationToken cancellationToken);

    /// <summary>Forgets some staged pages of a slice: what one request of several read.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="from">Number of the first page.</param>
    /// <param name="until">Number after that of the last page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken);

    /// <summary>Stages one page, whose number is unique in the slice. Nobody sees it before it is published.</summary>
    Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken);

    /// <summary>
    /// Publishes a completely staged slice in one transaction: rows, tombstones, aggregates of the touched days, cursor.
    /// </summary>
    /// <param name="expectedRows">Rows that were staged; a different number in staging refuses the publish.</param>
    /// <exception cref="StaleRunException">A later run raised the epoch.</exception>
    /// <exception cref="SliceRejectedException">What is staged is not the whole slice, each row once.</exception>
    Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken);

    /// <summary>What is known of a completely staged slice, for <see cref="SliceJudge"/>.</summary>
    Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken) => Task.FromResult(SliceEvidence.None);

    /// <summary>
    /// As <see cref="PublishAsync(InsightsSlice, long, CancellationToken)"/>, but only what a judgement lets pass; what it found is
    /// written down in the same transaction.
    /// </summary>
    Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken) =>
        PublishAsync(slice, expectedRows, cancellationToken);

    /// <summary>Closes the run's row in <c>sync_runs</c>.</summary>
    Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken);
}

/// <summary>A run lost its pen: a later run of the same account and job has started. Nothing was written.</summary>
public sealed class StaleRunException(string message) : Exception(message);

/// <summary>What was staged is not a whole slice; it may be read again. Nothing was written.</summary>
public sealed class SliceRejectedException(string message) : Exception(message);
