namespace MetaGrains.Core.Schedule;

/// <summary>What a silo finds when it looks whether runs may begin.</summary>
public enum StartSight
{
    /// <summary>They may.</summary>
    Running,

    /// <summary>Everything is paused.</summary>
    Paused,

    /// <summary>PostgreSQL does not answer.</summary>
    StorageAway,
}

/// <summary>
/// Whether a silo's slow start begins anew: its runs stood still for so long that many are due at once. A silo that looks
/// often tells it what it found; one that did not look for as long stood still itself.
/// </summary>
public readonly record struct Standstill
{
    /// <summary>The standstill of a silo that has just started.</summary>
    public Standstill(DateTimeOffset now) => LastRunning = now;

    /// <summary>What is missed in a shorter one is less than a silo begins in a second.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(1);

    private DateTimeOffset LastRunning { get; init; }

    private bool WasPaused { get; init; }

    /// <summary>Takes in a look.</summary>
    /// <returns>The standstill from now on, and whether the slow start is to begin anew: as long as it lasts, and when it is over.</returns>
    public (Standstill Next, bool Anew) See(StartSight sight, DateTimeOffset now)
    {
        var anew = WasPaused || now - LastRunning > Longest;
        return sight switch
        {
            StartSight.Running => (new Standstill(now), anew),
            StartSight.Paused => (this with { WasPaused = true }, true),
            _ => (this, anew),
        };
    }
}
