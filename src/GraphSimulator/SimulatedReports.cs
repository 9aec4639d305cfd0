namespace MetaGrains.GraphSimulator;

/// <summary>How asynchronous reports run: by the simulator's clock, so that virtual time works as well as real time.</summary>
public sealed record SimulatedReports
{
    /// <summary>How long a run is <c>Job Not Started</c>.</summary>
    public TimeSpan Queued { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long it is <c>Job Started</c>.</summary>
    public TimeSpan Started { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long it is <c>Job Running</c>. In the last tenth it already says 100 percent.</summary>
    public TimeSpan Running { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A fresh run is unknown (100/33) to its first polls: to none up to this many, by the seed.</summary>
    public int MostRacingPolls { get; init; } = 2;

    /// <summary>Runs of one account that run at a time; others wait. Null for any number.</summary>
    public int? AtATime { get; init; }

    /// <summary>Whether <c>report_run_id</c> is a JSON number instead of a string.</summary>
    public bool NumericIds { get; init; }

    /// <summary>After this long a run is gone.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    internal void Validate()
    {
        if (Queued < TimeSpan.Zero || Started < TimeSpan.Zero || Running < TimeSpan.Zero || Lifetime <= TimeSpan.Zero)
            throw new ArgumentException("GraphSimulatorOptions.Reports: a duration is negative.", nameof(Queued));
        if (MostRacingPolls < 0 || AtATime < 1)
            throw new ArgumentException("GraphSimulatorOptions.Reports: a number is negative.", nameof(MostRacingPolls));
    }
}
