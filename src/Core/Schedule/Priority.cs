namespace MetaGrains.Core.Schedule;

/// <summary>The order in which the budget serves requests; the first is served first (design section 5).</summary>
public enum Priority
{
    /// <summary>Served first, with a reserve of its own, and alone during a tenant's cool-down.</summary>
    High,

    /// <summary>The default.</summary>
    Medium,

    /// <summary>What may wait.</summary>
    Low,

    /// <summary>What nobody waits for.</summary>
    Backfill,
}

/// <summary>The names that REST, SQL and the command line use for priorities.</summary>
public static class Priorities
{
    /// <summary>All priorities, the first served first.</summary>
    public static IReadOnlyList<Priority> All { get; } = [Priority.High, Priority.Medium, Priority.Low, Priority.Backfill];

    /// <summary><c>high</c>, <c>medium</c>, <c>low</c> or <c>backfill</c>.</summary>
    public static string WireName(this Priority priority) => priority switch
    {
        Priority.High => "high",
        Priority.Medium => "medium",
        Priority.Low => "low",
        Priority.Backfill => "backfill",
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "Unknown priority."),
    };
}
