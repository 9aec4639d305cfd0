namespace MetaGrains.Core.Sync.Reports;

/// <summary>Where a report is, by Meta's <c>async_status</c> and what else must agree with it.</summary>
public enum ReportState
{
    /// <summary>Accepted, not yet running: <c>Job Not Started</c> or <c>Job Started</c>.</summary>
    Queued,

    /// <summary>Being made, or said to be complete before percentage and flags agree.</summary>
    Running,

    /// <summary><c>Job Completed</c>, 100 percent, and not running any more: all three, since each alone lies at times.</summary>
    Completed,

    /// <summary><c>Job Failed</c>.</summary>
    Failed,

    /// <summary><c>Job Skipped</c>: it expired before it ran.</summary>
    Skipped,

    /// <summary>Meta does not know the run: not yet, in the first polls after its start, or no longer.</summary>
    Unknown,

    /// <summary>The poll itself failed; of the report nothing is known.</summary>
    Unanswered,
}

/// <summary>What one poll said.</summary>
/// <param name="State">Where the report is.</param>
/// <param name="Percent"><c>async_percent_completion</c>.</param>
/// <param name="Failure">Why the report failed, or why the poll did.</param>
/// <param name="Kind">What the failure of the report asks for.</param>
public sealed record ReportStatus(
    ReportState State, int Percent, SourceException? Failure = null, ReportFailure Kind = ReportFailure.Unexplained);

/// <summary>What the failure of a report asks for.</summary>
public enum ReportFailure
{
    /// <summary>Meta gave no usable reason: it may work once more, and else is too large.</summary>
    Unexplained,

    /// <summary>A hiccup of Meta's.</summary>
    Transient,

    /// <summary>The question is too large.</summary>
    TooLarge,

    /// <summary>Anything that asking again cannot mend: a throttle, a token, a permission, a wrong question.</summary>
    Final,
}
