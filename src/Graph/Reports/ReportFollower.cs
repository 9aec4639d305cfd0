using System.Runtime.CompilerServices;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Reports;

/// <summary>
/// Reads one query by an asynchronous report from the asking to the last page. A run that the memory knows, and that is
/// not too old to be of use, is gone on with; its progress is kept, so that it goes on after a crash, too.
/// </summary>
internal sealed class ReportFollower(IReportSource reports, ReportPolls polls, TimeProvider time)
{
    /// <summary>Asks, waits and reads.</summary>
    public async IAsyncEnumerable<InsightPage> ReadAsync(
        InsightsQuery query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (run, spent) = await CountedAsync(query, token, cancellationToken);
        await foreach (var page in reports.ReadAsync(query, run, token, cancellationToken))
        {
            // What was spent before the first page is told with it.
            if (page is ParsedPage parsed)
                (parsed.CallsMade, parsed.Polls) = (parsed.CallsMade + spent, spent);
            spent = 0;
            yield return page;
        }

        if (query.Reports is { } memory)
            await memory.ForgetAsync(run, cancellationToken);
    }

    private async Task<(ReportRun Run, int Calls)> CountedAsync(InsightsQuery query, AccessToken token, CancellationToken cancellationToken)
    {
        var counted = new CountedPermits(query.Permits);
        try
        {
            return (await CompleteAsync(query with { Permits = counted }, token, cancellationToken), counted.Taken);
        }
        catch (GraphException failure)
        {
            (failure.CallsMade, failure.PollsMade) = (counted.Taken, counted.Taken);
            throw;
        }
    }

    private async Task<ReportRun> CompleteAsync(InsightsQuery query, AccessToken token, CancellationToken cancellationToken)
    {
        var known = query.Reports is { } memory ? await memory.FindAsync(reports.Question(query), cancellationToken) : null;
        var run = known is not null && ReportRules.GoesOn(known, time.GetUtcNow())
            ? known
            : await StartAsync(query, token, attempt: 1, cancellationToken);
        while (true)
        {
            var status = await polls.PollAsync(new ReportPoll(run, token, query.Permits), cancellationToken);
            var now = time.GetUtcNow();
            run = await SeenAsync(query, run, run.Seen(status, now), cancellationToken);
            var decision = ReportRules.Decide(run, status, now);
            switch (decision.Step)
            {
                case ReportStep.Read:
                    return run;
                case ReportStep.Wait:
                    await Task.Delay(decision.Wait, time, cancellationToken);
                    break;
                case ReportStep.Resubmit:
                    run = await StartAsync(query, token, run.Attempt + 1, cancellationToken);
                    break;
                case ReportStep.Shrink:
                    await ForgetAsync(query, run, cancellationToken);
                    throw TooLarge(run, status, decision.Excess);
                default:
                    // A throttle or a dead token says nothing of the report: the run is kept and found again.
                    if (status.State != ReportState.Unanswered)
                        await ForgetAsync(query, run, cancellationToken);
                    throw status.Failure!;
            }
        }
    }

    private async Task<ReportRun> StartAsync(InsightsQuery query, AccessToken token, int attempt, CancellationToken cancellationToken)
    {
        var run = await reports.StartAsync(query, token, attempt, cancellationToken);
        if (query.Reports is { } memory)
            await memory.KeepAsync(run, cancellationToken);
        // No report is ready at once, and a look at it costs a call.
        await Task.Delay(ReportRules.PollAfter(run, time.GetUtcNow()), time, cancellationToken);
        return run;
    }

    // Each state once: a percentage alone is worth no write.
    private static async Task<ReportRun> SeenAsync(InsightsQuery query, ReportRun before, ReportRun after, CancellationToken cancellationToken)
    {
        if (query.Reports is { } memory && after.State != before.State)
            await memory.NoteAsync(after, cancellationToken);
        return after;
    }

    private static ValueTask ForgetAsync(InsightsQuery query, ReportRun run, CancellationToken cancellationToken) =>
        query.Reports is { } memory ? memory.ForgetAsync(run, cancellationToken) : ValueTask.CompletedTask;

    private static GraphException TooLarge(ReportRun run, ReportStatus status, Excess excess) =>
        new(
            $"The report {run.Id} of {run.Account} came to nothing in {run.Attempt} attempts: {status.Failure?.Message ?? $"it stayed at {run.Percent} %."} Ask for less: fewer days, fields or breakdowns, or half of the objects.",
            GraphErrorKind.TooMuchData,
            status.Failure)
        { Size = excess };

    private sealed class CountedPermits(ICallPermits permits) : ICallPermits
    {
        public int Taken { get; private set; }

        public async ValueTask TakeAsync(CancellationToken cancellationToken)
        {
            await permits.TakeAsync(cancellationToken);
            Taken++;
        }
    }
}
