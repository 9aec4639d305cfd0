using System.Collections.Immutable;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>
/// The call budget of one tenant: (state, request, now) → (state, answer, effects). A grant is charged to all its scopes
/// when it is given, out of a block that was written down before; only a return before its deadline credits what was not
/// used. So a crash wastes at most one block and never overspends. Where one scope is blocked no call counts against it,
/// and the tenant's other scopes serve HIGH only.
/// </summary>
public static class TenantBudget
{
    /// <summary>A budget from what was written down; what its open block may have handed out counts against every scope.</summary>
    /// <param name="snapshot">Null for a tenant that never had one.</param>
    public static BudgetState Restore(BudgetRules rules, BudgetSnapshot? snapshot, DateTimeOffset now)
    {
        if (rules.Refuse() is { } refusal)
            throw new ArgumentException(refusal, nameof(rules));
        if (snapshot is null)
            return new BudgetState { Rules = rules };
        var block = snapshot.ChargedThrough;
        var lost = block.Count > 0 ? snapshot.Lost.Add(block with { Through = ScopeLedger.BucketEnd(block.Through, rules.Bucket) }) : snapshot.Lost;
        return new BudgetState
        {
            Rules = rules,
            // What work needs is told by those who ask.
            Ledgers = snapshot.Ledgers.ToImmutableDictionary(ledger => ledger.Scope, ledger => ledger with { DemandPerHour = 0 }),
            Lost = lost,
            Access = snapshot.Access,
            HighOnlyUntil = snapshot.Ledgers.Where(ledger => ledger.IsBlocked(now)).Max(ledger => ledger.BlockedUntil),
            NextGrant = snapshot.NextGrant + block.Count,
        };
    }

    /// <summary>Asks for permits.</summary>
    /// <exception cref="ArgumentException">The request wants nothing, names no scope, or in mode fixed no user.</exception>
    public static BudgetReply Ask(BudgetState state, BudgetRequest request, DateTimeOffset now)
    {
        Check(state, request);
        if (Repeated(state, request, now) is { } same)
            return new BudgetReply(state, new BudgetAnswer.Granted(same, state.HighOnlyUntil > now ? state.HighOnlyUntil : null), []);
        var turn = new BudgetTurn(state, now);
        var answer = turn.Ask(request);
        return new BudgetReply(turn.Finish(), answer, [.. turn.Effects]);
    }

    /// <summary>Where a requester stands that waits; null when it does not wait.</summary>
    public static BudgetStanding? Standing(BudgetState state, string requester)
    {
        if (state.Waiters.GetValueOrDefault(requester) is not { } waiter)
            return null;
        var places = state.Queues.GetValueOrDefault(waiter.Scope)?.Places ?? [];
        // Who was woken stands in no queue: permits are kept for it.
        return waiter.WokenAt is null && places.IndexOf(waiter.Place) is >= 0 and var ahead
            ? new BudgetStanding(waiter.Scope, ahead, places.Count)
            : new BudgetStanding(waiter.Scope, 0, places.Count + 1);
    }

    /// <summary>A requester does not want any more what it asked for.</summary>
    public static BudgetDecision Withdraw(BudgetState state, string requester, DateTimeOffset now) =>
        Turn(state, now, turn => turn.Withdraw(requester));

    /// <summary>
    /// Takes a grant back. Before its deadline what was not used is credited, and what was used counts from when it was
    /// used; at or after it, or when the grant is not known, nothing changes: it stays charged.
    /// </summary>
    /// <param name="used">Requests that were sent, failed ones included.</param>
    /// <param name="lastSentAt">When the last was sent; null for now.</param>
    public static BudgetDecision Return(BudgetState state, long grantId, int used, DateTimeOffset? lastSentAt, DateTimeOffset now) =>
        Turn(state, now, turn => turn.Return(grantId, used, lastSentAt));

    /// <summary>Takes what the headers of one answer said.</summary>
    public static BudgetDecision Observe(BudgetState state, ImmutableArray<ScopeUsage> usages, DateTimeOffset now)
    {
        var turn = new BudgetTurn(state, now);
        foreach (var usage in usages)
            turn.Observe(usage);
        return new BudgetDecision(turn.Finish(), [.. turn.Effects]);
    }

    /// <summary>Blocks a scope, because Meta refused a call for it. A block is never shortened.</summary>
    public static BudgetDecision Block(BudgetState state, LimitScope scope, DateTimeOffset until, DateTimeOffset now) =>
        Turn(state, now, turn => turn.Block(scope, until));

    /// <summary>The app's budget has granted a lease.</summary>
    public static BudgetDecision TakeLease(BudgetState state, BudgetGrant lease, bool coversInsights, DateTimeOffset now) =>
        Turn(state, now, turn => turn.TakeLease(lease, coversInsights));

    /// <summary>The app's budget has nothing before a moment.</summary>
    public static BudgetDecision AwaitLease(BudgetState state, BudgetAnswer.Wait wait, DateTimeOffset now) => Turn(state, now, turn => turn.AwaitLease(wait));

    /// <summary>The app's budget says that it is the tenant's turn.</summary>
    public static BudgetDecision RetryLease(BudgetState state, DateTimeOffset now) => Turn(state, now, turn => turn.RetryLease());

    /// <summary>Time has passed: forgets what is over and wakes who has room now.</summary>
    public static BudgetDecision Advance(BudgetState state, DateTimeOffset now) =>
        // It is the timer that says so: whether it came early, since a clock was set back, or in time, another is needed.
        Turn(state with { WakeAt = null }, now, _ => { });

    /// <summary>The tenant's rules have changed.</summary>
    public static BudgetDecision Reconfigure(BudgetState state, BudgetRules rules, DateTimeOffset now) =>
        rules.Refuse() is { } refusal ? throw new ArgumentException(refusal, nameof(rules)) : Turn(state with { Rules = rules }, now, turn => turn.Reconsider());

    /// <summary>
    /// The grain deactivates in order: what is left of the block is given up, so that nothing of it counts as lost, and what
    /// is left of the app's leases goes back.
    /// </summary>
    public static BudgetDecision Close(BudgetState state, DateTimeOffset now)
    {
        var (last, effects) = Advance(state with { Block = default }, now);
        var closed = last with { Leases = [] };
        // What is out may be used until the lease ends: the app counts such a lease as used from then.
        var back = last.Leases.Where(lease => lease.Until > now && lease.Out == 0)
            .Select(lease => new BudgetEffect.ReturnLease(lease.Id, lease.Permits - lease.Left, lease.LastSentAt));
        return new BudgetDecision(closed, [new BudgetEffect.Persist(closed), .. effects.OfType<BudgetEffect.ReturnLease>(), .. back]);
    }

    /// <summary>Where recurring work needs more calls than a limit allows, the greatest lack first.</summary>
    public static IEnumerable<BudgetShortfall> Shortfalls(BudgetState state, DateTimeOffset now) =>
        from ledger in state.Ledgers.Values
        where ledger.DemandPerHour > 0
        let lack = new BudgetShortfall(ledger.Scope, ledger.DemandPerHour, AllowancePerHour(state, ledger, now))
        where lack.DemandPerHour > lack.AllowancePerHour
        orderby lack.DemandPerHour - lack.AllowancePerHour descending
        select lack;

    /// <summary>
    /// Percent of a limit that is used by now, by anyone: of what Meta permits where it states that, of a user's calls per
    /// hour in mode fixed; zero where nothing is known of the limit.
    /// </summary>
    public static double PercentUsed(BudgetState state, ScopeLedger ledger, DateTimeOffset now)
    {
        var room = new BudgetRoom(state.Rules, state.Access, ledger.At(now), 0, now);
        var capped = state.Rules.Mode == BudgetMode.Fixed && ledger.Scope.Kind == LimitKind.User;
        return capped ? room.Used * 100 / state.Rules.CallsPerHour : ledger.ObservedAt is null ? 0 : Math.Max(0, room.Used);
    }

    /// <summary>Calls per hour that a scope allows; infinite where nobody has told its limit.</summary>
    public static double AllowancePerHour(BudgetState state, ScopeLedger ledger, DateTimeOffset now) =>
        new BudgetRoom(state.Rules, state.Access, ledger.At(now), 0, now).PerHour;

    /// <summary>What is to be written down of a state. Permits in flight count as used at the latest moment that is possible.</summary>
    public static BudgetSnapshot Snapshot(BudgetState state)
    {
        var latest = state.Outstanding.IsEmpty ? default : state.Outstanding.Values.Max(known => known.Grant.Until);
        return new BudgetSnapshot
        {
            Ledgers =
            [
                .. state.Ledgers.Values.Select(ledger => ledger.InFlight == 0 ? ledger
                    : ledger.Settle(ledger.InFlight, ledger.InFlight, latest, latest, state.Rules.BucketOf(ledger.Scope.Kind))),
            ],
            Lost = state.Lost,
            Access = state.Access,
            ChargedThrough = new Charge(state.Block.Through, state.Block.Left),
            NextGrant = state.NextGrant,
        };
    }

    private static BudgetDecision Turn(BudgetState state, DateTimeOffset now, Action<BudgetTurn> happened)
    {
        var turn = new BudgetTurn(state, now);
        happened(turn);
        return new BudgetDecision(turn.Finish(), [.. turn.Effects]);
    }

    // A request that is sent again, because its answer was lost, gets the grant that it has.
    private static BudgetGrant? Repeated(BudgetState state, BudgetRequest request, DateTimeOffset now) =>
        state.Holders.TryGetValue(request.Requester, out var id) && state.Outstanding[id] is var known
            && known.RequestId == request.RequestId && known.Grant.Until > now ? known.Grant : null;

    private static void Check(BudgetState state, BudgetRequest request)
    {
        if (request.Wanted < 1)
            throw new ArgumentException("A request wants at least one permit.", nameof(request));
        if (request.Scopes.IsDefaultOrEmpty)
            throw new ArgumentException("A request names what its calls count against.", nameof(request));
        if (state.Rules.Mode == BudgetMode.Fixed && !request.Scopes.Any(scope => scope.Kind == LimitKind.User))
            throw new ArgumentException("In mode fixed a request names its user, whose calls are counted.", nameof(request));
    }
}
