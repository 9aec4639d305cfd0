using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>
/// The order in which requests are served. Who gets nothing stands in the queue of the scope that had no room, and no
/// other; so a change of one scope looks at the head of one queue, however many wait.
/// </summary>
internal sealed partial class BudgetTurn
{
    /// <summary>What one request gets now.</summary>
    /// <param name="Permits">Permits, zero when it waits.</param>
    /// <param name="Reason">Why it waits.</param>
    /// <param name="Scope">What it waits for.</param>
    /// <param name="Needed">Permits that the scope must have before it is served.</param>
    private readonly record struct Share(int Permits, WaitReason Reason, LimitScope Scope, int Needed = 1);

    /// <summary>A request asks.</summary>
    public BudgetAnswer Ask(BudgetRequest request)
    {
        // Who waits comes before who comes.
        ServeTouched();
        var known = _waiters.GetValueOrDefault(request.Requester);
        if (known is not null)
            Drop(known);
        var flow = Flow(request);
        var rank = BudgetOrder.Effective(request, _now);
        // Who comes again has not had less of this round than it had.
        // Who has aged stands among HIGH as one that has had nothing yet.
        var mark = rank != request.Priority ? _served.Of(rank) : flow.Start ?? MarkOf(request, rank, flow);
        var place = new BudgetPlace(rank, (long)(mark / _rules.Round), request.DueAt, request.Requester);
        var share = Decide(request, place, null, known?.WokenAt is not null);
        if (share.Permits > 0)
            return new BudgetAnswer.Granted(Give(request, rank, mark, share.Permits), _highOnlyUntil);

        _flows = _flows.SetItem(new FlowKey(request.Requester, request.Interval), flow with { Start = rank == request.Priority ? mark : flow.Start });
        var until = Advised(request, place, share);
        var ticket = known?.Ticket ?? (_waiters.Count >= _rules.MaxWaiters ? 0 : _nextTicket++);
        if (ticket != 0)
            Enqueue(new BudgetWaiter(request, ticket, until, place, share.Scope, default));
        var named = share.Reason == WaitReason.CoolDown ? (LimitScope?)null : share.Scope;
        return new BudgetAnswer.Wait(until, ticket, share.Reason, named, _highOnlyUntil);
    }

    private double MarkOf(BudgetRequest request, Priority rank, BudgetFlow flow)
    {
        var round = Math.Floor(_served.Of(rank) / _rules.Round) * _rules.Round;
        // What it had of its last run it is not charged for in the next: among runs the order is when they were due.
        return request.Interval is not null && flow.Taken == 0 ? round : Math.Max(round, flow.Finish);
    }

    /// <summary>A requester does not want anything any more.</summary>
    public void Withdraw(string requester)
    {
        if (_waiters.TryGetValue(requester, out var waiter))
            Drop(waiter);
    }

    /// <summary>The rules have changed: looks at everybody who waits, and at every warning.</summary>
    public void Reconsider()
    {
        foreach (var scope in Ledgers().Keys)
            Warn(scope);
        _touched.AddRange(_queues.Keys);
    }

    // All scopes must have room, and nobody who waits for one of them stands before it.
    private Share Decide(BudgetRequest request, BudgetPlace place, LimitScope? own, bool woken)
    {
        if (Blocked(request) is { } blocked)
            return new Share(0, WaitReason.ScopeBlocked, blocked);
        if (_highOnlyUntil > _now && place.Rank != Priority.High)
            return new Share(0, WaitReason.CoolDown, own ?? request.Scopes[0]);

        var (tightest, left, kept, needed) = (request.Scopes[0], int.MaxValue, 0, Math.Min(request.Wanted, _rules.MaxPermits));
        LimitScope? before = null;
        foreach (var scope in request.Scopes)
        {
            var queue = Queue(scope);
            var (free, enough) = Free(request, scope, place.Rank);
            var reserved = queue.Kept.Before(place.Rank);
            needed = Math.Min(needed, enough);
            if (free - reserved < left)
                (tightest, left, kept) = (scope, free - reserved, reserved);
            if (scope != own && !queue.Places.IsEmpty && queue.Places.Min is var head && head < place && !(woken && head.Rank == place.Rank))
                before ??= scope;
        }

        if (left < needed)
        {
            if (IsLeased(tightest))
                Miss(request, place.Rank);
            else if (tightest.Kind != LimitKind.Share)
                Earn(tightest, place.Rank, needed);
            return new Share(0, left + kept >= needed ? WaitReason.Queue : WaitReason.LimitReached, tightest, needed + kept);
        }

        return before is { } crowded
            ? new Share(0, WaitReason.Queue, crowded)
            : new Share(Math.Min(left, Math.Min(request.Wanted, _rules.MaxPermits)), default, default);
    }

    // What a rank may take of a scope, and how little a request still takes.
    private (int Free, int Enough) Free(BudgetRequest request, LimitScope scope, Priority rank)
    {
        if (IsLeased(scope))
            return (LeaseRoom(scope.Kind), 1);
        if (scope.Kind == LimitKind.Share)
            return (ShareRoom(request, scope), _rules.MaxPermits);
        var room = Room(scope);
        return (room.Of(rank), room.Enough);
    }

    // From now on a lower rank earns its way into the reserve; what HIGH has to wait for is to be earned again.
    private void Earn(LimitScope scope, Priority rank, int wanted)
    {
        var room = Room(scope);
        if (rank != Priority.High && room.Ledger.ReleasedAt is null && room.IsInReserve(rank))
            Set(room.Ledger with { ReleasedAt = _now });
        if (rank != Priority.High || room.Ledger.ReleasedAt is not { } since)
            return;
        var all = _now - (scope.Kind.Window() / 2);
        var again = (since < all ? all : since) + (room.Pace(Priority.Low) * wanted);
        Set(room.Ledger with { ReleasedAt = again < _now ? again : _now });
    }

    private LimitScope? Blocked(BudgetRequest request)
    {
        LimitScope? longest = null;
        DateTimeOffset? until = null;
        foreach (var scope in request.Scopes)
        {
            if (Ledger(scope) is var ledger && ledger.IsBlocked(_now) && !(until >= ledger.BlockedUntil))
                (longest, until) = (scope, ledger.BlockedUntil);
        }

        return longest;
    }

    private void Serve(LimitScope scope)
    {
        while (_queues.TryGetValue(scope, out var queue) && !queue.Places.IsEmpty)
        {
            var waiter = _waiters[queue.Places.Min.Requester];
            var share = Decide(waiter.Request, waiter.Place, scope, woken: false);
            if (share.Permits > 0)
            {
                Wake(waiter, share.Permits);
            }
            else if (share.Scope != scope)
            {
                Drop(waiter);
                Enqueue(waiter with { Scope = share.Scope });
            }
            else
            {
                SetAlarm(scope, waiter.Place.Rank, share.Needed);
                return;
            }
        }
    }

    private void Wake(BudgetWaiter waiter, int permits)
    {
        Drop(waiter);
        Keep(waiter, permits);
        Add(waiter with { WokenAt = _now, Kept = permits, Moment = _now + _rules.WakePatience });
        Effects.Add(new BudgetEffect.Wake(waiter.Request.Requester, waiter.Ticket));
    }

    private void Keep(BudgetWaiter waiter, int permits)
    {
        foreach (var scope in waiter.Request.Scopes)
        {
            var queue = Queue(scope);
            SetQueue(scope, queue with { Kept = queue.Kept.Add(waiter.Place.Rank, permits) });
        }
    }

    private void Enqueue(BudgetWaiter waiter)
    {
        var queue = Queue(waiter.Scope);
        SetQueue(waiter.Scope, queue with { Places = queue.Places.Add(waiter.Place) });
        Add(waiter with { Moment = Moment(waiter) });
        _touched.Add(waiter.Scope);
    }

    private void Add(BudgetWaiter waiter)
    {
        _waiters = _waiters.SetItem(waiter.Request.Requester, waiter);
        _agenda = _agenda.Add(AgendaItem.Of(waiter.Request.Requester, waiter.Moment));
    }

    private void Drop(BudgetWaiter waiter)
    {
        _waiters = _waiters.Remove(waiter.Request.Requester);
        _agenda = _agenda.Remove(AgendaItem.Of(waiter.Request.Requester, waiter.Moment));
        if (waiter.WokenAt is not null)
        {
            Keep(waiter, -waiter.Kept);
            _touched.AddRange(waiter.Request.Scopes);
        }
        else
        {
            var queue = Queue(waiter.Scope);
            SetQueue(waiter.Scope, queue with { Places = queue.Places.Remove(waiter.Place) });
            _touched.Add(waiter.Scope);
        }
    }

    // It has aged, or it did not come: then it holds nobody up, and asks by itself when it is there again.
    private void Age(BudgetWaiter waiter)
    {
        Drop(waiter);
        if (waiter.WokenAt is not null || waiter.Until + _rules.WaiterPatience <= _now)
            return;
        var rank = BudgetOrder.Effective(waiter.Request, _now);
        var place = rank == waiter.Place.Rank ? waiter.Place
            : waiter.Place with { Rank = rank, Round = (long)(_served.Of(rank) / _rules.Round) };
        Enqueue(waiter with { Place = place });
    }

    private DateTimeOffset Moment(BudgetWaiter waiter) =>
        Sooner(waiter.Until + _rules.WaiterPatience, waiter.Place.Rank == Priority.High ? null : Ages(waiter.Request));

    private void SetAlarm(LimitScope scope, Priority rank, int needed)
    {
        var queue = Queue(scope);
        var opens = IsLeased(scope) ? _leaseRetryAt > _now ? _leaseRetryAt : _now + _rules.LeasePatience : Opens(scope, rank, needed);
        if (rank != Priority.High && _highOnlyUntil > _now)
            opens = _highOnlyUntil;
        if (opens <= _now)
            opens = _now + _rules.MinWait;
        if (opens == queue.Alarm)
            return;
        if (queue.Alarm is { } former)
            _agenda = _agenda.Remove(AgendaItem.Of(scope, former));
        if (opens is { } at)
            _agenda = _agenda.Add(AgendaItem.Of(scope, at));
        SetQueue(scope, queue with { Alarm = opens });
    }

    // When to ask again, should no wake arrive.
    private DateTimeOffset Advised(BudgetRequest request, BudgetPlace place, Share share)
    {
        var (soonest, latest) = (_now + _rules.MinWait, _now + _rules.MaxWait);
        var until = share.Reason switch
        {
            WaitReason.ScopeBlocked => Ledger(share.Scope).BlockedUntil!.Value,
            WaitReason.CoolDown => Sooner(_highOnlyUntil!.Value, Ages(request)),
            _ => Sooner(Opening(share.Scope, place, share.Needed), place.Rank == Priority.High ? null : Ages(request)),
        };
        return until < soonest ? soonest : until > latest ? latest : until;
    }

    private DateTimeOffset Opening(LimitScope scope, BudgetPlace place, int needed)
    {
        if (IsLeased(scope))
            return _leaseRetryAt ?? _now + _rules.LeasePatience;
        var room = Room(scope);
        var places = Queue(scope).Places;
        var before = places.IsEmpty ? 0 : places.IndexOf(place) is var index && index >= 0 ? index : ~index;
        var opens = before == 0 ? Opens(scope, place.Rank, needed) : null;
        return opens ?? room.Frees(before * room.Enough);
    }

    // A share changes with what others need, which is looked at with each sweep.
    private DateTimeOffset? Opens(LimitScope scope, Priority rank, int needed) =>
        scope.Kind == LimitKind.Share ? Sooner(_sweepAt, Ledger(scope).NextForgotten) : Room(scope).Opens(rank, needed, LostUntil(scope.Kind));

    // The moment at which a request begins to rank with HIGH, if that is to come.
    private DateTimeOffset? Ages(BudgetRequest request) =>
        request.Priority != Priority.High && request.Interval is { } interval && interval > TimeSpan.Zero
            && request.DueAt + (interval * BudgetOrder.IntervalsUntilHigh) is var at && at > _now ? at : null;

    private static DateTimeOffset Sooner(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;
}
