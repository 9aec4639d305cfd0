using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Sync.Reports;

/// <summary>
/// An asynchronous report that Meta is making or has made: all that is needed to go on with it after a crash, as plain
/// values that a caller may store. A result is frozen, so a page token of it resumes; that of a synchronous answer
/// does not.
/// </summary>
public sealed record ReportRun
{
    /// <summary>How long Meta keeps a report (Insights best practices).</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromDays(30);

    /// <summary>Meta's <c>report_run_id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The account that was asked about.</summary>
    public required AdAccountId Account { get; init; }

    /// <summary>What was asked, as <see cref="IReportSource.Question"/> names it: a report answers its own question alone.</summary>
    public required string Question { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How often the question was asked, this run included; from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The largest percentage seen.</summary>
    public int Percent { get; init; }

    /// <summary>When the percentage last grew or the state last changed; the start until then.</summary>
    public DateTimeOffset ProgressAt { get; init; }

    /// <summary>The state seen last.</summary>
    public ReportState State { get; init; } = ReportState.Queued;

    /// <summary>
    /// Where to go on reading the result: the cursor after the last page that was stored, or null for its start. Only
    /// the caller knows what it stored, so only the caller sets it.
    /// </summary>
    public string? After { get; init; }

    /// <summary>When Meta forgets it.</summary>
    public DateTimeOffset ExpiresAt => StartedAt + Lifetime;

    /// <summary>The run with what a poll said of it.</summary>
    public ReportRun Seen(ReportStatus status, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.State == ReportState.Unanswered)
            return this;
        var moved = status.Percent > Percent || status.State != State;
        return this with { Percent = Math.Max(Percent, status.Percent), State = status.State, ProgressAt = moved ? now : ProgressAt };
    }
}
