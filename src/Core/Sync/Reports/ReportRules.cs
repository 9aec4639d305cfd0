namespace MetaGrains.Core.Sync.Reports;

/// <summary>What to do about a report next.</summary>
public enum ReportStep
{
    /// <summary>Poll again after <see cref="ReportDecision.Wait"/>.</summary>
    Wait,

    /// <summary>Read the result.</summary>
    Read,

    /// <summary>Ask the same question again; the old run is worth nothing.</summary>
    Resubmit,

    /// <summary>Ask a smaller question: <see cref="Shapes.ShapeLadder"/> knows which.</summary>
    Shrink,

    /// <summary>Stop, and treat <see cref="ReportStatus.Failure"/> as any other failure.</summary>
    GiveUp,
}

/// <summary>A step and what belongs to it.</summary>
/// <param name="Step">What to do.</param>
/// <param name="Wait">How long to wait before it.</param>
/// <param name="Excess">In which way a smaller question should be smaller.</param>
public readonly record struct ReportDecision(ReportStep Step, TimeSpan Wait = default, Excess Excess = Excess.None);

/// <summary>
/// The life of an asynchronous report, as pure decisions over what polls said (graph contract section 2.2). Polls of a
/// run that has just been made may be answered with 100/33, and a run may hang for ever.
/// </summary>
public static class ReportRules
{
    /// <summary>How often one question is asked before it counts as too large.</summary>
    public const int Attempts = 2;

    /// <summary>How long an unknown run may be one that is too new to be seen.</summary>
    public static TimeSpan Birth { get; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a run may stand still; users of the API give up after 5 to 10 minutes.</summary>
    public static TimeSpan Standstill { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run may take, Meta's own retries included.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(1);

    /// <summary>How old a report may be that a later run goes on with: an older one tells how the days were then.</summary>
    public static TimeSpan Fresh { get; } = TimeSpan.FromHours(2);

    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(30);

    /// <summary>Decides.</summary>
    /// <param name="run">The run, with everything that was seen of it (<see cref="ReportRun.Seen"/>).</param>
    /// <param name="status">The newest poll.</param>
    /// <param name="now">The time.</param>
    public static ReportDecision Decide(ReportRun run, ReportStatus status, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(status);
        return status.State switch
        {
            ReportState.Completed => new ReportDecision(ReportStep.Read),
            ReportState.Failed => AfterFailure(run, status),
            ReportState.Skipped => Again(run, Excess.Unclear),
            ReportState.Unknown when now - run.StartedAt >= Birth => Again(run, Excess.Unclear),
            ReportState.Unanswered => AfterPoll(run, status, now),
            _ when now - run.StartedAt >= Longest => Again(run, Excess.Time),
            _ when now - run.ProgressAt >= Standstill => Again(run, Excess.Time),
            _ => Poll(run, now),
        };
    }

    /// <summary>Whether a run that was found again is gone on with, and not asked for anew.</summary>
    public static bool GoesOn(ReportRun run, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        return now - run.StartedAt < Fresh;
    }

    /// <summary>The wait before the next poll: 2 s at first, a tenth of the run's age later, at most 30 s.</summary>
    public static TimeSpan PollAfter(ReportRun run, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        var tenth = (now - run.StartedAt) / 10;
        return tenth < FirstPoll ? FirstPoll : tenth > SlowestPoll ? SlowestPoll : tenth;
    }

    // What lasts for minutes or concerns more than this report is the caller's to judge; the run stays good meanwhile.
    private static ReportDecision AfterPoll(ReportRun run, ReportStatus status, DateTimeOffset now) =>
        status.Kind == ReportFailure.Final ? new ReportDecision(ReportStep.GiveUp)
        : now - run.StartedAt >= Longest ? Again(run, Excess.Time)
        : Poll(run, now);

    private static ReportDecision AfterFailure(ReportRun run, ReportStatus status) => status.Kind switch
    {
        ReportFailure.TooLarge => new ReportDecision(ReportStep.Shrink, Excess: SizeOf(status, Excess.Data)),
        ReportFailure.Final => new ReportDecision(ReportStep.GiveUp),
        _ => Again(run, SizeOf(status, Excess.Unclear)),
    };

    private static ReportDecision Again(ReportRun run, Excess excess) =>
        run.Attempt < Attempts ? new ReportDecision(ReportStep.Resubmit) : new ReportDecision(ReportStep.Shrink, Excess: excess);

    private static ReportDecision Poll(ReportRun run, DateTimeOffset now) => new(ReportStep.Wait, PollAfter(run, now));

    private static Excess SizeOf(ReportStatus status, Excess otherwise) =>
        status.Failure?.Excess is { } excess and not Excess.None ? excess : otherwise;
}
