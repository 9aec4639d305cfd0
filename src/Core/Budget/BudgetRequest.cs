using System.Collections.Immutable;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>A request for permits; one permit is one HTTP request to Meta.</summary>
public sealed record BudgetRequest
{
    /// <summary>Who asks: the text of a grain key. It has at most one request waiting; a new one replaces it.</summary>
    public required string Requester { get; init; }

    /// <summary>
    /// Grows with every new request of a requester. A request that is sent again, because its answer was lost, keeps
    /// its number and is answered with the grant that it already has.
    /// </summary>
    public required long RequestId { get; init; }

    /// <summary>Its place in the order.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Permits wanted, at least one; fewer may be granted.</summary>
    public required int Wanted { get; init; }

    /// <summary>When the work was due; the oldest of a rank is served first.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The interval at which the work recurs: four of them overdue, it ranks with HIGH. Null: it never does.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Its share against others of its rank while they wait. Default: 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// Calls per hour that the requester needs for all of its work, where it knows; null: what it takes in each of its
    /// intervals.
    /// </summary>
    public double? PerHour { get; init; }

    /// <summary>Everything that one call counts against; all of it must have room.</summary>
    public required ImmutableArray<LimitScope> Scopes { get; init; }
}
