using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;

namespace MetaGrains.GraphSimulator.Reports;

/// <summary>How far a run is.</summary>
/// <param name="Status">Meta's words.</param>
/// <param name="IsRunning">Told only while it is true.</param>
internal readonly record struct ReportState(string Status, int Percent, bool IsRunning)
{
    public const string Completed = "Job Completed";
    public const string Failed = "Job Failed";

    public static ReportState NotStarted { get; } = new("Job Not Started", 0, false);

    public static ReportState Skipped { get; } = new("Job Skipped", 0, false);
}

/// <summary>How a run is to end other than well.</summary>
internal enum ReportEnd
{
    Completed,
    Failed,
    Skipped,
}

/// <summary>One asynchronous report. Where it stands follows from the moment; its rows are fixed when they are first looked at.</summary>
internal sealed class ReportRun(string id, long account, string node, GraphRequest question, ReportTimes times)
{
    private readonly Lock _lock = new();
    private int _racingPolls;
    private volatile InsightsRows? _rows;
    private GraphError? _failure;

    public string Id => id;

    public long Account => account;

    /// <summary>The object that was asked about.</summary>
    public string Node => node;

    public GraphRequest Question => question;

    public ReportTimes Times => times;

    /// <summary>The days asked for.</summary>
    public required DaySpan Days { get; init; }

    public ReportEnd End { get; init; }

    /// <summary>Why it fails, when it is to fail.</summary>
    public GraphError? PlannedFailure { get; init; }

    public int RacingPolls { init => _racingPolls = value; }

    public GraphError? Failure => _failure;

    /// <summary>Whether this poll comes too early for a run this fresh.</summary>
    public bool RacesAhead()
    {
        lock (_lock)
            return _racingPolls > 0 && _racingPolls-- > 0;
    }

    /// <param name="work">Works out the rows; called once, when the run is first seen past its start.</param>
    public ReportState StateAt(DateTimeOffset now, Func<(InsightsRows?, GraphError?)> work)
    {
        if (now < times.StartedAt)
            return ReportState.NotStarted;
        if (now < times.RunningAt)
            return new ReportState("Job Started", 0, true);
        Work(work);
        if (now < times.DoneAt)
            return new ReportState("Job Running", times.PercentAt(now), true);
        if (End == ReportEnd.Skipped)
            return ReportState.Skipped;
        return _failure is null
            ? new ReportState(ReportState.Completed, 100, false)
            : new ReportState(ReportState.Failed, times.FailsAtPercent, false);
    }

    /// <summary>The rows of a run that has completed.</summary>
    public InsightsRows? RowsOf(Func<(InsightsRows?, GraphError?)> work) => Work(work);

    /// <summary>Lets go of the rows; they are worked out again when somebody still asks.</summary>
    public void Forget() => _rows = null;

    private InsightsRows? Work(Func<(InsightsRows?, GraphError?)> work)
    {
        lock (_lock)
        {
            var rows = _rows;
            if (rows is null && _failure is null && End != ReportEnd.Skipped)
            {
                (rows, _failure) = PlannedFailure is { } planned ? (null, planned) : work();
                _rows = rows;
            }

            return rows;
        }
    }
}

/// <summary>When a run passes from one state to the next.</summary>
internal sealed record ReportTimes(DateTimeOffset CreatedAt, DateTimeOffset StartedAt, DateTimeOffset RunningAt, DateTimeOffset DoneAt)
{
    /// <summary>Where a run stands when it fails.</summary>
    public int FailsAtPercent => 12;

    /// <summary>1 to 99 while it runs, and 100 in the last tenth, when it has not completed yet.</summary>
    public int PercentAt(DateTimeOffset now)
    {
        var share = (now - RunningAt) / (DoneAt - RunningAt);
        return share >= 0.9 ? 100 : Math.Max(1, (int)(share / 0.9 * 99));
    }
}
