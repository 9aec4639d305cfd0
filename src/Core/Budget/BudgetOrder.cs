using System.Collections.Immutable;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>The order of requests.</summary>
public static class BudgetOrder
{
    /// <summary>How many of its intervals a request must be overdue to rank with HIGH (design section 5).</summary>
    public const int IntervalsUntilHigh = 4;

    /// <summary>The priority after ageing.</summary>
    public static Priority Effective(Priority priority, DateTimeOffset dueAt, TimeSpan? interval, DateTimeOffset now) =>
        interval is { } known && known > TimeSpan.Zero && now - dueAt >= known * IntervalsUntilHigh ? Priority.High : priority;

    /// <summary>The priority of a request after ageing.</summary>
    public static Priority Effective(BudgetRequest request, DateTimeOffset now) =>
        Effective(request.Priority, request.DueAt, request.Interval, now);
}

/// <summary>
/// A place in a queue: by rank, then by round, so that who had more than its share stands behind who had less, then by
/// due time.
/// </summary>
/// <param name="Rank">The priority after ageing.</param>
/// <param name="Round">How much of its share the requester had.</param>
/// <param name="DueAt">When the work was due.</param>
/// <param name="Requester">Who.</param>
public readonly record struct BudgetPlace(Priority Rank, long Round, DateTimeOffset DueAt, string Requester) : IComparable<BudgetPlace>
{
    /// <inheritdoc />
    public int CompareTo(BudgetPlace other)
    {
        var order = Rank.CompareTo(other.Rank);
        if (order == 0)
            order = Round.CompareTo(other.Round);
        if (order == 0)
            order = DueAt.CompareTo(other.DueAt);
        return order != 0 ? order : string.CompareOrdinal(Requester, other.Requester);
    }

    /// <summary>Whether one stands before the other.</summary>
    public static bool operator <(BudgetPlace one, BudgetPlace other) => one.CompareTo(other) < 0;

    /// <summary>Whether one stands behind the other.</summary>
    public static bool operator >(BudgetPlace one, BudgetPlace other) => one.CompareTo(other) > 0;

    /// <summary>Whether one stands before the other or is it.</summary>
    public static bool operator <=(BudgetPlace one, BudgetPlace other) => one.CompareTo(other) <= 0;

    /// <summary>Whether one stands behind the other or is it.</summary>
    public static bool operator >=(BudgetPlace one, BudgetPlace other) => one.CompareTo(other) >= 0;
}

/// <summary>Who waits for a scope.</summary>
/// <param name="Places">In order.</param>
/// <param name="Kept">Permits that are kept for those who were woken, by rank.</param>
/// <param name="Alarm">When the scope is looked at again.</param>
internal sealed record ScopeQueue(ImmutableSortedSet<BudgetPlace> Places, KeptPermits Kept, DateTimeOffset? Alarm)
{
    public static ScopeQueue Empty { get; } = new(ImmutableSortedSet<BudgetPlace>.Empty, default, null);

    public bool IsEmpty => Places.IsEmpty && Kept == default;
}

/// <summary>Permits that are kept for those who were woken, by rank: they count against their rank and those below.</summary>
internal readonly record struct KeptPermits(int High, int Medium, int Low, int Backfill)
{
    public KeptPermits Add(Priority rank, int permits) => rank switch
    {
        Priority.High => this with { High = High + permits },
        Priority.Medium => this with { Medium = Medium + permits },
        Priority.Low => this with { Low = Low + permits },
        _ => this with { Backfill = Backfill + permits },
    };

    public int Before(Priority rank) => rank switch
    {
        Priority.High => High,
        Priority.Medium => High + Medium,
        Priority.Low => High + Medium + Low,
        _ => High + Medium + Low + Backfill,
    };
}

/// <summary>Names recurring work: an account has several kinds, each with its interval.</summary>
internal readonly record struct FlowKey(string Requester, TimeSpan? Interval);

/// <summary>What recurring work has had and needs.</summary>
/// <param name="DueAt">The work that is being served.</param>
/// <param name="Taken">Permits that it has had so far.</param>
/// <param name="PerHour">Permits per hour that it needs.</param>
/// <param name="Start">Its mark while it waits, null when it does not.</param>
/// <param name="Finish">Its mark after what it had: the more it had, the later; see <see cref="ServedThrough"/>.</param>
/// <param name="AskedAt">When it asked last.</param>
/// <param name="Scopes">What it counts against.</param>
internal sealed record BudgetFlow(
    DateTimeOffset DueAt, int Taken, double PerHour, double? Start, double Finish, DateTimeOffset AskedAt, ImmutableArray<LimitScope> Scopes);

/// <summary>
/// Start-time fair queueing: each rank's clock is the mark of the request that it served last. Who comes gets the clock
/// or, if later, its own mark, which what it had moved on; so nobody saves up by waiting and nobody passes others by asking more.
/// </summary>
internal readonly record struct ServedThrough(double High, double Medium, double Low, double Backfill)
{
    public double Of(Priority rank) => rank switch
    {
        Priority.High => High,
        Priority.Medium => Medium,
        Priority.Low => Low,
        _ => Backfill,
    };

    public ServedThrough With(Priority rank, double mark) => rank switch
    {
        Priority.High => this with { High = mark },
        Priority.Medium => this with { Medium = mark },
        Priority.Low => this with { Low = mark },
        _ => this with { Backfill = mark },
    };
}

/// <summary>What an <see cref="AgendaItem"/> is about.</summary>
internal enum AgendaKind
{
    /// <summary>A grant's deadline.</summary>
    Grant,

    /// <summary>A waiter ages, is not kept room for any more, or is forgotten.</summary>
    Waiter,

    /// <summary>A scope may have room.</summary>
    Scope,

    /// <summary>A lease is about to end.</summary>
    Lease,
}

/// <summary>A moment at which time alone changes something.</summary>
/// <param name="At">When, in ticks of UTC.</param>
/// <param name="Kind">What.</param>
/// <param name="Number">A grant's or a lease's id, or the kind of a scope.</param>
/// <param name="Name">A requester, or a scope's owner.</param>
/// <param name="UseCase">A scope's use case.</param>
internal readonly record struct AgendaItem(long At, AgendaKind Kind, long Number, string Name, string UseCase)
{
    public static IComparer<AgendaItem> Order { get; } = Comparer<AgendaItem>.Create(Compare);

    public LimitScope Scope => new((LimitKind)Number, Name, UseCase);

    public static AgendaItem Of(long grant, DateTimeOffset at) => new(at.UtcTicks, AgendaKind.Grant, grant, "", "");

    public static AgendaItem OfLease(long lease, DateTimeOffset at) => new(at.UtcTicks, AgendaKind.Lease, lease, "", "");

    public static AgendaItem Of(string requester, DateTimeOffset at) => new(at.UtcTicks, AgendaKind.Waiter, 0, requester, "");

    public static AgendaItem Of(LimitScope scope, DateTimeOffset at) => new(at.UtcTicks, AgendaKind.Scope, (int)scope.Kind, scope.Owner, scope.UseCase);

    private static int Compare(AgendaItem one, AgendaItem other)
    {
        var order = one.At.CompareTo(other.At);
        if (order == 0)
            order = ((int)one.Kind).CompareTo((int)other.Kind);
        if (order == 0)
            order = one.Number.CompareTo(other.Number);
        if (order == 0)
            order = string.CompareOrdinal(one.Name, other.Name);
        return order != 0 ? order : string.CompareOrdinal(one.UseCase, other.UseCase);
    }
}
