using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync;

/// <summary>What one run is to read.</summary>
/// <param name="Account">Tenant and account.</param>
/// <param name="Job">The job, such as <c>incremental</c>.</param>
/// <param name="Trigger">Who asked: <c>schedule</c>, <c>api</c>, <c>cli</c> …</param>
/// <param name="Window">The days, in the account's zone.</param>
/// <param name="Reports">The reports, in the order in which they are published.</param>
public sealed record PullRequest(AdAccountKey Account, string Job, string Trigger, DateRange Window, IReadOnlyList<InsightsReport> Reports)
{
    /// <summary>
    /// Whether the job's cursor moves to the end of the window. False for days that a person asked for: they may leave
    /// a gap before them, and a cursor behind a gap hides it. Default: true.
    /// </summary>
    public bool MovesCursor { get; init; } = true;

    /// <summary>The object that is read alone, with what is below it; null for all of the account.</summary>
    public EntityScope? Entity { get; init; }

    /// <summary>The run that somebody asked for and that this is; null for a run of its own accord.</summary>
    public long? RequestedRun { get; init; }

    /// <summary>Asked for a permit right before each HTTP request, retries included.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary>Told of the run once it holds the pen; null: nobody needs to know.</summary>
    public Action<SyncRun>? Started { get; init; }
}

/// <summary>
/// One run: cut the window into slices, read each to its end, stage its pages, publish it. A slice is published whole
/// or not at all; the first slice that cannot be read ends the run, and what was there before stays.
/// </summary>
/// <param name="source">Meta.</param>
/// <param name="store">The warehouse.</param>
/// <param name="clock">The time.</param>
/// <param name="options">Limits.</param>
/// <param name="shapes">Remembers how each report has to be asked for; null: each run finds out anew.</param>
/// <param name="reports">Remembers asynchronous reports while they are made; null: a crash starts them again.</param>
public sealed class InsightsPull(
    IInsightsSource source, IInsightsStore store, TimeProvider clock, InsightsPullOptions options, IShapeMemory? shapes = null, IReportMemories? reports = null)
{
    /// <summary>Runs to the end and says how it went. Only cancellation and failures of the store itself throw.</summary>
    public async Task<RunReport> RunAsync(PullRequest request, AccessToken token, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var run = await store.BeginRunAsync(request.Account, request.Job, request.Trigger, request.Window, request.RequestedRun, cancellationToken);
        request.Started?.Invoke(run);
        var tally = new RunTally();
        RunReport report;
        try
        {
            report = await ReadAllAsync(request, run, tally, token, cancellationToken);
        }
        catch (Exception broken)
        {
            await CloseBrokenAsync(run, tally, broken, clock.GetElapsedTime(started));
            throw;
        }

        report = report with { Duration = clock.GetElapsedTime(started) };
        // The row in sync_runs must be closed even when the process has been asked to stop.
        await store.EndRunAsync(run, report, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return report;
    }

    /// <summary>The slices of a request, newest days first; the last one moves the cursor.</summary>
    public static IReadOnlyList<InsightsSlice> Slices(PullRequest request, SyncRun run, int sliceDays)
    {
        var pieces = (
            from days in request.Window.NewestFirst(sliceDays)
            from report in request.Reports
            select (report, days)).ToArray();
        return [.. pieces.Select((piece, number) => new InsightsSlice(
            run, number, piece.report, piece.days, number == pieces.Length - 1 && request.MovesCursor ? request.Window.Until : null)
            {
                Entity = request.Entity,
            })];
    }

    // What is held back of whole days is written down in the warehouse; of one object this is all that says so.
    private static string? LeftOut(PullRequest request, RunTally tally) => request.Entity is { } entity && tally.HeldDays > 0
        ? $"Days of a report on which Meta answered fewer rows of {entity} than are held, and which therefore stayed as they were: {tally.HeldDays}. The next run over all objects decides."
        : null;

    // Best effort: the store itself may be what broke, and then a later run marks this one as superseded. What broke
    // could be anything, so only its kind is written down; the exception reaches the caller's log.
    private async Task CloseBrokenAsync(SyncRun run, RunTally tally, Exception broken, TimeSpan duration)
    {
        try
        {
            var report = tally.Report(RunOutcome.Failed) with { Duration = duration, ErrorMessage = $"The run broke off: {broken.GetType().Name}." };
            await store.EndRunAsync(run, report, CancellationToken.None);
        }
        catch (Exception)
        {
            // The caller is told of the first failure.
        }
    }

    private async Task<RunReport> ReadAllAsync(
        PullRequest request, SyncRun run, RunTally tally, AccessToken token, CancellationToken cancellationToken)
    {
        var reading = new RunReading(source, store, options, request.Permits, reports?.Of(request.Account), tally, token);
        // How the question about one object fits says nothing of that about all.
        var used = new RunShapes(request.Entity is null ? shapes : null, request.Account, report => new ShapeLimits(report, options.SliceDays, source.PageLimit), clock);
        try
        {
            foreach (var slice in Slices(request, run, options.SliceDays))
                tally.Rows += await PublishSliceAsync(reading, slice, await used.OfAsync(slice.Report, cancellationToken), cancellationToken);
            await used.EndAsync();
            return tally.Report(RunOutcome.Succeeded) with { Shape = used.Words, ErrorMessage = LeftOut(request, tally) };
        }
        catch (SourceException refused)
        {
            tally.Take(refused);
            await used.EndAsync();
            return tally.Report(RunOutcome.Failed) with
            {
                Refusal = refused,
                RefusedReport = refused is { EndsRun: false, WorthRereading: false } ? used.Latest?.Report.Name : null,
                RateLimited = refused.RateLimited,
                ErrorCode = refused.Code,
                ErrorSubcode = refused.Subcode,
                ErrorTrace = refused.TraceId,
                ErrorMessage = used.Latest?.Explain(refused) ?? refused.Message,
                Shape = used.Words,
            };
        }
        catch (SliceRejectedException rejected)
        {
            return tally.Report(RunOutcome.Failed) with { ErrorMessage = rejected.Message };
        }
        catch (StaleRunException stale)
        {
            return tally.Report(RunOutcome.Superseded) with { ErrorMessage = stale.Message };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return tally.Report(RunOutcome.Cancelled) with { ErrorMessage = "The run was cancelled." };
        }
    }

    private async Task<PublishCounts> PublishSliceAsync(RunReading reading, InsightsSlice slice, ShapeInUse shape, CancellationToken cancellationToken)
    {
        var whole = slice.Entity?.Narrow(slice.Report) ?? slice.Report;
        // Rows of one object are held against no total that would miss what is archived.
        var report = slice.Entity is not null || (slice.Run.ArchivedUntil.TryGetValue(slice.Report.Name, out var until) && slice.Days.Since <= until)
            ? ArchivedObjects.IncludedIn(whole)
            : whole;
        SliceEvidence? first = null;
        for (var read = 1; ; read++)
        {
            try
            {
                var rows = await new SliceReading(reading, slice, report, shape).ReadAsync(cancellationToken);
                var evidence = await store.ExamineAsync(slice, cancellationToken);
                var judgement = SliceJudge.Judge(evidence, first, options.PullsAgain);
                if (!judgement.PullAgain)
                {
                    reading.Tally.HeldDays += judgement.HeldDays.Length;
                    return await store.PublishAsync(slice, rows, judgement, cancellationToken);
                }

                first = evidence;
                report = ArchivedObjects.IncludedIn(whole);
                read = 0;
            }
            catch (SliceRejectedException) when (read < options.ReadsPerSlice)
            {
                // Rows shifted between two pages: insights paging is an offset, so a restatement in mid-read moves rows.
            }

            await store.DiscardAsync(slice, cancellationToken);
        }
    }
}
