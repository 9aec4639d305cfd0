using System.Collections.Immutable;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>Permits that were written down as charged before they are handed out.</summary>
/// <param name="Left">How many are not handed out yet.</param>
/// <param name="Through">The last deadline of a grant that is dealt from it.</param>
public readonly record struct OpenBlock(int Left, DateTimeOffset Through);

/// <summary>A grant that is out.</summary>
/// <param name="Grant">The permits.</param>
/// <param name="Requester">Who has it.</param>
/// <param name="RequestId">Which request it answers.</param>
/// <param name="GivenAt">Since when.</param>
/// <param name="Scopes">What it was charged to.</param>
/// <param name="Lease">The app's lease that it was dealt from, or zero.</param>
public sealed record OutstandingGrant(
    BudgetGrant Grant, string Requester, long RequestId, DateTimeOffset GivenAt, ImmutableArray<LimitScope> Scopes, long Lease = 0);

/// <summary>A request that waits.</summary>
/// <param name="Request">The request.</param>
/// <param name="Ticket">Its name.</param>
/// <param name="Until">When it was advised to ask again.</param>
/// <param name="Place">Its place in the queue.</param>
/// <param name="Scope">The scope in whose queue it stands: the one that had no room.</param>
/// <param name="Moment">When time alone changes something for it.</param>
/// <param name="WokenAt">When it was woken, if it was: then it stands in no queue.</param>
/// <param name="Kept">Permits that are kept for it since it was woken.</param>
public sealed record BudgetWaiter(
    BudgetRequest Request, long Ticket, DateTimeOffset Until, BudgetPlace Place, LimitScope Scope, DateTimeOffset Moment, DateTimeOffset? WokenAt = null, int Kept = 0);

/// <summary>Where one stands that waits.</summary>
/// <param name="Scope">The scope in whose queue it stands.</param>
/// <param name="Ahead">How many are before it.</param>
/// <param name="Waiting">How many stand there, it included.</param>
public sealed record BudgetStanding(LimitScope Scope, int Ahead, int Waiting);

/// <summary>Where a budget falls short of what recurring work needs.</summary>
/// <param name="Scope">The limit.</param>
/// <param name="DemandPerHour">Calls per hour that the work needs.</param>
/// <param name="AllowancePerHour">Calls per hour that there are.</param>
public readonly record struct BudgetShortfall(LimitScope Scope, double DemandPerHour, double AllowancePerHour);

/// <summary>A tenant's budget. Immutable: <see cref="TenantBudget"/> makes the next one.</summary>
public sealed record BudgetState
{
    /// <summary>The rules.</summary>
    public required BudgetRules Rules { get; init; }

    /// <summary>What is known of each scope.</summary>
    public ImmutableDictionary<LimitScope, ScopeLedger> Ledgers { get; init; } = ImmutableDictionary<LimitScope, ScopeLedger>.Empty;

    /// <summary>
    /// Charges that count against every scope: blocks that were open when the budget's memory was lost. Nobody knows
    /// what was handed out of them, so all of it was.
    /// </summary>
    public ImmutableArray<Charge> Lost { get; init; } = [];

    /// <summary>The app's access tier, as a header stated it last.</summary>
    public AccessTier Access { get; init; }

    /// <summary>Until when a scope of the tenant is blocked, and the others serve HIGH only.</summary>
    public DateTimeOffset? HighOnlyUntil { get; init; }

    /// <summary>The block that grants are dealt from.</summary>
    public OpenBlock Block { get; init; }

    /// <summary>The next grant's id.</summary>
    public long NextGrant { get; init; } = 1;

    /// <summary>The next ticket; memory only.</summary>
    public long NextTicket { get; init; } = 1;

    /// <summary>Grants that are out; memory only: a return after a crash is not credited.</summary>
    public ImmutableDictionary<long, OutstandingGrant> Outstanding { get; init; } = ImmutableDictionary<long, OutstandingGrant>.Empty;

    /// <summary>Permits of the app's budget, the newest last; memory only: a lease that is forgotten ends at its deadline.</summary>
    public ImmutableArray<AppLease> Leases { get; init; } = [];

    /// <summary>The app's limits that requests have named.</summary>
    internal ImmutableArray<LimitScope> Leased { get; init; } = [];

    /// <summary>When the app's budget was asked, while no answer has come.</summary>
    internal DateTimeOffset? LeaseAskedAt { get; init; }

    /// <summary>Before when the app's budget need not be asked.</summary>
    internal DateTimeOffset? LeaseRetryAt { get; init; }

    /// <summary>The last number of a question to the app's budget.</summary>
    internal long LeaseNumber { get; init; }

    /// <summary>The last question to the app's budget, answered or not.</summary>
    internal LeaseRequest? LeaseAsk { get; init; }

    /// <summary>The newest grant of each requester that has one.</summary>
    internal ImmutableDictionary<string, long> Holders { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Who waits; memory only: who is forgotten asks again by itself.</summary>
    public ImmutableDictionary<string, BudgetWaiter> Waiters { get; init; } = ImmutableDictionary<string, BudgetWaiter>.Empty;

    /// <summary>Who waits for which scope, in order.</summary>
    internal ImmutableDictionary<LimitScope, ScopeQueue> Queues { get; init; } = ImmutableDictionary<LimitScope, ScopeQueue>.Empty;

    /// <summary>What a requester has had, and what it needs; memory only.</summary>
    internal ImmutableDictionary<FlowKey, BudgetFlow> Flows { get; init; } = ImmutableDictionary<FlowKey, BudgetFlow>.Empty;

    /// <summary>How far each rank has come in serving its requesters.</summary>
    internal ServedThrough Served { get; init; }

    /// <summary>When what is not needed any more is swept away next.</summary>
    internal DateTimeOffset SweepAt { get; init; }

    /// <summary>Everything that time alone will change.</summary>
    internal ImmutableSortedSet<AgendaItem> Agenda { get; init; } = ImmutableSortedSet.Create(AgendaItem.Order);

    /// <summary>The wake-up that is set.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The ledger of a scope.</summary>
    public ScopeLedger Ledger(LimitScope scope) => Ledgers.GetValueOrDefault(scope) ?? new ScopeLedger { Scope = scope };
}

/// <summary>
/// What is written down: enough that a budget restored from it never gives out what was given out already. Permits up to
/// <see cref="ChargedThrough"/> are charged as if all of them had been handed out.
/// </summary>
public sealed record BudgetSnapshot
{
    /// <summary>Charges, blocks and percentages by scope.</summary>
    public required ImmutableArray<ScopeLedger> Ledgers { get; init; }

    /// <summary>Charges that count against every scope.</summary>
    public required ImmutableArray<Charge> Lost { get; init; }

    /// <summary>The app's access tier.</summary>
    public AccessTier Access { get; init; }

    /// <summary>The open block: its permits, and the last deadline of a grant dealt from it. Zero when the budget was closed in order.</summary>
    public required Charge ChargedThrough { get; init; }

    /// <summary>The first grant id that was not used when this was written.</summary>
    public required long NextGrant { get; init; }
}

/// <summary>What the budget grain has to do, in order.</summary>
public abstract record BudgetEffect
{
    private BudgetEffect()
    {
    }

    /// <summary>Write this down before the answer is given. When that fails, keep the old state and answer nothing.</summary>
    /// <param name="State">The state that is to be found again after a crash.</param>
    public sealed record Persist(BudgetState State) : BudgetEffect
    {
        /// <summary>What is to be written of it.</summary>
        public BudgetSnapshot Snapshot => TenantBudget.Snapshot(State);
    }

    /// <summary>Tell a requester that its grant is void, because Meta has blocked a scope of it; may be lost.</summary>
    public sealed record Revoke(string Requester, long Grant) : BudgetEffect;

    /// <summary>Tell a requester that it is its turn; may be lost.</summary>
    public sealed record Wake(string Requester, long Ticket) : BudgetEffect;

    /// <summary>Ask the app's budget for permits; the answer is an event.</summary>
    public sealed record AskLease(LeaseRequest Request) : BudgetEffect;

    /// <summary>Give permits back to the app's budget.</summary>
    public sealed record ReturnLease(long Lease, int Used, DateTimeOffset? LastSentAt) : BudgetEffect;

    /// <summary>Call <see cref="TenantBudget.Advance"/> then; null: no need.</summary>
    public sealed record SetWakeTimer(DateTimeOffset? At) : BudgetEffect;

    /// <summary>Mode fixed: a user's calls passed the warning level.</summary>
    public sealed record Warn(LimitScope Scope, int Charged, int Cap) : BudgetEffect;
}

/// <summary>What the budget decided.</summary>
/// <param name="State">The next state.</param>
/// <param name="Effects">What to do, in order.</param>
public sealed record BudgetDecision(BudgetState State, ImmutableArray<BudgetEffect> Effects);

/// <summary>What the budget answers.</summary>
/// <param name="State">The next state.</param>
/// <param name="Answer">The answer, to be given once the effects are done.</param>
/// <param name="Effects">What to do, in order.</param>
public sealed record BudgetReply(BudgetState State, BudgetAnswer Answer, ImmutableArray<BudgetEffect> Effects);

/// <summary>What a header said of one scope.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Percent">Percent used; may exceed 100. Null where the header states none.</param>
/// <param name="RegainAfter">Time until calls are served again; zero when not blocked.</param>
/// <param name="Access">The access tier.</param>
/// <param name="At">When the answer came.</param>
public sealed record ScopeUsage(LimitScope Scope, double? Percent, TimeSpan RegainAfter, AccessTier Access, DateTimeOffset At);
