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
            Ledgers = snapshot.Ledgers.ToImmutableDictionary(ledger => ledger.Scope),
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
            return new BudgetReply(state, new BudgetAnswer.Granted(same, HighOnly(state, now)), []);

        state = Pruned(state, now);
        var deal = new BudgetDeal(state, now);
        var share = deal.Run(request);
        state = state with { Waiters = deal.Waiters };
        var effects = new List<BudgetEffect>();
        BudgetAnswer answer;
        if (share.Permits > 0)
        {
            state = Give(state with { Waiters = state.Waiters.Remove(request.Requester) }, request, share.Permits, now, effects, out var grant);
            answer = new BudgetAnswer.Granted(grant, HighOnly(state, now));
        }
        else
        {
            state = Queue(state, request, share.Until, out var ticket);
            answer = new BudgetAnswer.Wait(share.Until, ticket, share.Reason, share.Scope, HighOnly(state, now));
        }

        effects.AddRange(deal.Wakes);
        state = Timed(state, deal.NextRoom, now, effects);
        return new BudgetReply(state, answer, [.. effects]);
    }

    /// <summary>
    /// Takes a grant back. Before its deadline what was not used is credited, and what was used counts from when it was
    /// used; at or after it, or when the grant is not known, nothing changes: it stays charged.
    /// </summary>
    /// <param name="used">Requests that were sent, failed ones included.</param>
    /// <param name="lastSentAt">When the last was sent; null for now.</param>
    public static BudgetDecision Return(BudgetState state, long grantId, int used, DateTimeOffset? lastSentAt, DateTimeOffset now)
    {
        if (!state.Outstanding.TryGetValue(grantId, out var known))
            return new BudgetDecision(state, []);
        state = state with { Outstanding = state.Outstanding.Remove(grantId) };
        if (now >= known.Grant.Until)
            return new BudgetDecision(state, []);

        var sent = Math.Clamp(used, 0, known.Grant.Permits);
        var given = known.Grant.Until - state.Rules.GrantLength;
        var last = lastSentAt is { } at && at < now ? (at < given ? given : at) : now;
        foreach (var scope in known.Scopes)
        {
            var ledger = state.Ledger(scope).Charge(known.Grant.Until, -known.Grant.Permits, state.Rules.Bucket);
            // What Meta's statement already holds is not counted twice.
            var stated = scope.Kind != LimitKind.User && ledger.ObservedAt >= last;
            state = state.With(sent == 0 || stated ? ledger : ledger.Charge(last, sent, state.Rules.Bucket));
        }

        return Served(state, now);
    }

    /// <summary>Takes what the headers of one answer said.</summary>
    public static BudgetDecision Observe(BudgetState state, ImmutableArray<ScopeUsage> usages, DateTimeOffset now)
    {
        var persist = false;
        foreach (var usage in usages)
        {
            var before = state.Ledger(usage.Scope);
            var at = usage.At < now ? usage.At : now;
            var after = usage.Percent is { } percent ? before.Observe(percent, at) : before;
            persist |= after.Percent >= state.Rules.SoftBrakePercent && before.Percent < state.Rules.SoftBrakePercent;
            state = state.With(after) with { Access = usage.Access == AccessTier.Unknown ? state.Access : usage.Access };
            if (usage.RegainAfter > TimeSpan.Zero)
                state = Blocked(state, usage.Scope, at + usage.RegainAfter, now, ref persist);
        }

        return Served(state, now, persist);
    }

    /// <summary>Blocks a scope, because Meta refused a call for it. A block is never shortened.</summary>
    public static BudgetDecision Block(BudgetState state, LimitScope scope, DateTimeOffset until, DateTimeOffset now)
    {
        var persist = false;
        state = Blocked(state, scope, until, now, ref persist);
        return Served(state, now, persist);
    }

    /// <summary>Time has passed: forgets what is over and wakes who has room now.</summary>
    public static BudgetDecision Advance(BudgetState state, DateTimeOffset now) => Served(Pruned(state, now), now);

    /// <summary>The tenant's rules have changed.</summary>
    public static BudgetDecision Reconfigure(BudgetState state, BudgetRules rules, DateTimeOffset now) =>
        rules.Refuse() is { } refusal ? throw new ArgumentException(refusal, nameof(rules)) : Served(state with { Rules = rules }, now);

    /// <summary>The grain deactivates in order: what is left of the block is given up, so that nothing of it counts as lost.</summary>
    public static BudgetDecision Close(BudgetState state, DateTimeOffset now)
    {
        state = Pruned(state with { Block = default }, now);
        return new BudgetDecision(state, [new BudgetEffect.Persist(Snapshot(state))]);
    }

    /// <summary>What is to be written down of a state.</summary>
    public static BudgetSnapshot Snapshot(BudgetState state) => new()
    {
        Ledgers = [.. state.Ledgers.Values.OrderBy(ledger => ledger.Scope.ToString(), StringComparer.Ordinal)],
        Lost = state.Lost,
        Access = state.Access,
        ChargedThrough = new Charge(state.Block.Through, state.Block.Left),
        NextGrant = state.NextGrant,
    };

    private static BudgetState Give(
        BudgetState state, BudgetRequest request, int permits, DateTimeOffset now, List<BudgetEffect> effects, out BudgetGrant grant)
    {
        var until = now + state.Rules.GrantLength;
        if (state.Block.Left < permits || state.Block.Through < until)
        {
            state = state with { Block = new OpenBlock(Math.Max(permits, state.Rules.BlockPermits), now + state.Rules.BlockLength) };
            effects.Add(new BudgetEffect.Persist(Snapshot(state)));
        }

        grant = new BudgetGrant(state.NextGrant, permits, until);
        state = state with
        {
            Block = state.Block with { Left = state.Block.Left - permits },
            NextGrant = state.NextGrant + 1,
            Outstanding = state.Outstanding.Add(grant.Id, new OutstandingGrant(grant, request.Requester, request.RequestId, request.Scopes)),
        };
        foreach (var scope in request.Scopes)
            state = Warned(state.With(state.Ledger(scope).Charge(until, permits, state.Rules.Bucket)), scope, now, effects);
        return state;
    }

    private static BudgetState Warned(BudgetState state, LimitScope scope, DateTimeOffset now, List<BudgetEffect> effects)
    {
        if (state.Rules.Mode != BudgetMode.Fixed || scope.Kind != LimitKind.User)
            return state;
        var ledger = state.Ledger(scope);
        var charged = ledger.Charged(now) + BudgetRoom.Lost(state, LimitKind.User, now);
        var over = charged >= state.Rules.WarnAt;
        if (over && !ledger.Warned)
            effects.Add(new BudgetEffect.Warn(scope, charged, state.Rules.Cap));
        return over == ledger.Warned ? state : state.With(ledger with { Warned = over });
    }

    private static BudgetState Queue(BudgetState state, BudgetRequest request, DateTimeOffset until, out long ticket)
    {
        var known = state.Waiters.GetValueOrDefault(request.Requester);
        ticket = 0;
        if (known is null && state.Waiters.Count >= state.Rules.MaxWaiters)
            return state;
        ticket = known?.Ticket ?? state.NextTicket;
        return state with
        {
            NextTicket = known is null ? state.NextTicket + 1 : state.NextTicket,
            Waiters = state.Waiters.SetItem(request.Requester, new BudgetWaiter(request, ticket, until)),
        };
    }

    private static BudgetState Blocked(BudgetState state, LimitScope scope, DateTimeOffset until, DateTimeOffset now, ref bool persist)
    {
        var ledger = state.Ledger(scope);
        if (until <= now || ledger.BlockedUntil >= until)
            return state;
        persist = true;
        return state.With(ledger.Block(until)) with { HighOnlyUntil = state.HighOnlyUntil > until ? state.HighOnlyUntil : until };
    }

    private static BudgetDecision Served(BudgetState state, DateTimeOffset now, bool persist = false)
    {
        var effects = new List<BudgetEffect>();
        if (persist)
            effects.Add(new BudgetEffect.Persist(Snapshot(state)));
        var deal = new BudgetDeal(state, now);
        deal.Run(null);
        effects.AddRange(deal.Wakes);
        state = Timed(state with { Waiters = deal.Waiters }, deal.NextRoom, now, effects);
        return new BudgetDecision(state, [.. effects]);
    }

    // The next moment at which somebody may have room, or at which room that was kept for somebody woken is free again.
    private static BudgetState Timed(BudgetState state, DateTimeOffset? nextRoom, DateTimeOffset now, List<BudgetEffect> effects)
    {
        var rules = state.Rules;
        var at = state.Waiters.Values.Min(waiter => (DateTimeOffset?)(
            waiter.WokenAt is not { } woken ? (waiter.Until > now ? waiter.Until : waiter.Until + rules.WaiterPatience)
            : woken + rules.WakePatience > now ? woken + rules.WakePatience
            : waiter.Until + rules.WaiterPatience));
        if (nextRoom < at)
            at = nextRoom;
        if (at <= now)
            at = now + rules.MinWait;
        if (at == state.WakeAt)
            return state;
        effects.Add(new BudgetEffect.SetWakeTimer(at));
        return state with { WakeAt = at };
    }

    private static BudgetState Pruned(BudgetState state, DateTimeOffset now)
    {
        var overdue = state.Outstanding.Values.Where(known => known.Grant.Until <= now).Select(known => known.Grant.Id).ToArray();
        var silent = state.Waiters.Values.Where(waiter => waiter.Until + state.Rules.WaiterPatience <= now).Select(waiter => waiter.Request.Requester).ToArray();
        var longest = LimitKind.User.Window();
        return state with
        {
            Outstanding = overdue.Length == 0 ? state.Outstanding : state.Outstanding.RemoveRange(overdue),
            Waiters = silent.Length == 0 ? state.Waiters : state.Waiters.RemoveRange(silent),
            Lost = state.Lost.IsEmpty ? state.Lost : state.Lost.RemoveAll(charge => charge.Through + longest <= now),
            Ledgers = PrunedLedgers(state.Ledgers, now),
            HighOnlyUntil = HighOnly(state, now),
        };
    }

    private static ImmutableDictionary<LimitScope, ScopeLedger> PrunedLedgers(ImmutableDictionary<LimitScope, ScopeLedger> ledgers, DateTimeOffset now)
    {
        var kept = ledgers.ToBuilder();
        foreach (var (scope, ledger) in ledgers)
        {
            if (ledger.Pruned(now) is not { } pruned)
                kept.Remove(scope);
            else if (!ReferenceEquals(pruned, ledger))
                kept[scope] = pruned;
        }

        return kept.ToImmutable();
    }

    private static BudgetGrant? Repeated(BudgetState state, BudgetRequest request, DateTimeOffset now) =>
        state.Outstanding.Values.FirstOrDefault(known =>
            known.Requester == request.Requester && known.RequestId == request.RequestId && known.Grant.Until > now)?.Grant;

    private static DateTimeOffset? HighOnly(BudgetState state, DateTimeOffset now) => state.HighOnlyUntil > now ? state.HighOnlyUntil : null;

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
