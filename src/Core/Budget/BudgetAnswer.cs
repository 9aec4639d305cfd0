using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>Permits, charged when they are given.</summary>
/// <param name="Id">For the return; unique for the tenant, for ever.</param>
/// <param name="Permits">HTTP requests that may be sent, retries included.</param>
/// <param name="Until">Nothing is sent at or after this moment: looked at right before each send.</param>
public sealed record BudgetGrant(long Id, int Permits, DateTimeOffset Until);

/// <summary>Why a request waits.</summary>
public enum WaitReason
{
    /// <summary>A limit is used up, or kept for higher priorities.</summary>
    LimitReached,

    /// <summary>Meta has blocked a scope.</summary>
    ScopeBlocked,

    /// <summary>Another scope of the tenant is blocked: only HIGH is served until it ends.</summary>
    CoolDown,

    /// <summary>Others are before it.</summary>
    Queue,

    /// <summary>Its silo begins one run after the other: <see cref="Schedule.StartLine"/>. The budget was not asked.</summary>
    SlowStart,
}

/// <summary>The answer to a <see cref="BudgetRequest"/>. No call is held open: it comes at once.</summary>
/// <param name="HighOnlyUntil">While set and not passed, the tenant serves HIGH only: lower requests need not ask.</param>
public abstract record BudgetAnswer(DateTimeOffset? HighOnlyUntil)
{
    /// <summary>Permits.</summary>
    /// <param name="Grant">The permits.</param>
    /// <param name="HighOnlyUntil">See the base.</param>
    public sealed record Granted(BudgetGrant Grant, DateTimeOffset? HighOnlyUntil = null) : BudgetAnswer(HighOnlyUntil);

    /// <summary>No permits yet.</summary>
    /// <param name="Until">When to ask again, unless a wake comes earlier.</param>
    /// <param name="Ticket">Names the place in the queue; a wake carries it. Zero: the queue is full, no wake will come.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Scope">The scope that has no room or is blocked, if it is one.</param>
    /// <param name="HighOnlyUntil">See the base.</param>
    public sealed record Wait(DateTimeOffset Until, long Ticket, WaitReason Reason, LimitScope? Scope, DateTimeOffset? HighOnlyUntil = null)
        : BudgetAnswer(HighOnlyUntil);
}
