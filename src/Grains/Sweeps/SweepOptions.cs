namespace MetaGrains.Grains.Sweeps;

/// <summary>How the overdue are looked for. Section <c>MetaGrains:Sweep</c>.</summary>
public sealed class SweepOptions
{
    /// <summary>From one sweep of a shard to the next; no shorter than the silo's shortest reminder. Default: 1 min.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an account may be overdue before it counts as forgotten by its reminder. Default: 90 s.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Most accounts that one sweep of a shard wakes; the next goes on behind them. Default: 200.</summary>
    public int MaxPerSweep { get; set; } = 200;

    /// <summary>Most accounts that a shard wakes when it is asked to. Default: 2,000.</summary>
    public int MaxPerRun { get; set; } = 2000;

    /// <summary>Accounts that are woken at once. Default: 5.</summary>
    public int AtOnce { get; set; } = 5;

    /// <summary>Pause before the next are woken. Default: 100 ms.</summary>
    public TimeSpan Pace { get; set; } = TimeSpan.FromMilliseconds(100);

    internal string? Refuse() =>
        Period < TimeSpan.FromMilliseconds(100) || Period > TimeSpan.FromHours(1) ? "MetaGrains:Sweep:Period must be 100 ms to 1 h."
        : Grace < TimeSpan.Zero ? "MetaGrains:Sweep:Grace must not be negative."
        : MaxPerSweep < 1 || MaxPerRun < 1 ? "MetaGrains:Sweep:MaxPerSweep and MaxPerRun must be at least 1."
        : AtOnce < 1 ? "MetaGrains:Sweep:AtOnce must be at least 1."
        : Pace < TimeSpan.FromMilliseconds(1) ? "MetaGrains:Sweep:Pace must be at least 1 ms."
        : null;
}
