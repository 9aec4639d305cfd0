using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>Permits going out and coming back, and what Meta says.</summary>
internal sealed partial class BudgetTurn
{
    // Written down before it is handed out; a block that is used up or too old for a whole grant is replaced.
    private BudgetGrant Give(BudgetRequest request, Priority rank, double mark, int permits)
    {
        var until = _now + _rules.GrantLength;
        if (request.Scopes.Any(IsLeased) && Lease!.Until < until)
            until = Lease.Until;
        if (_block.Left < permits || _block.Through < until)
        {
            _block = new OpenBlock(Math.Max(permits, BlockPermits(request)), _now + _rules.BlockLength);
            Effects.Add(new BudgetEffect.Persist(Next(_start.WakeAt)));
        }

        var grant = new BudgetGrant(_nextGrant++, permits, until);
        _block = _block with { Left = _block.Left - permits };
        _outstanding = _outstanding.Add(grant.Id, new OutstandingGrant(grant, request.Requester, request.RequestId, _now, request.Scopes, LeaseFor(request, permits)));
        _holders = _holders.SetItem(request.Requester, grant.Id);
        _agenda = _agenda.Add(AgendaItem.Of(grant.Id, until));
        foreach (var scope in request.Scopes)
        {
            Set(Ledger(scope).Give(permits));
            Warn(scope);
        }

        Served(request, rank, mark, permits);
        return grant;
    }

    // A minute's worth, so that a busy tenant does not write with every second grant.
    private int BlockPermits(BudgetRequest request)
    {
        var most = 0;
        foreach (var scope in request.Scopes)
        {
            if (Ledger(scope) is { Settled: var settled } && scope.Kind.Window() >= LimitKind.User.Window())
                most = Math.Max(most, settled);
        }

        return Math.Max(_rules.BlockPermits, most / 60);
    }

    /// <summary>A grant comes back.</summary>
    public void Return(long grantId, int used, DateTimeOffset? lastSentAt)
    {
        if (!_outstanding.TryGetValue(grantId, out var known))
            return;
        var sent = Math.Clamp(used, 0, known.Grant.Permits);
        var sentAt = lastSentAt is { } at && at < _now ? (at < known.GivenAt ? known.GivenAt : at) : _now;
        // Another silo's clock may be behind: what was sent a moment ago was sent now.
        Settle(known, sent, _now - sentAt < _rules.ClockDoubt ? _now : sentAt, sentAt);
        if (sent == 0)
            return;
        foreach (var scope in known.Scopes)
            Trust(scope);
    }

    private void Expire(long grantId)
    {
        if (_outstanding.TryGetValue(grantId, out var known))
            Settle(known, known.Grant.Permits, known.Grant.Until, known.Grant.Until, expired: true);
    }

    private void Settle(OutstandingGrant known, int sent, DateTimeOffset last, DateTimeOffset sentAt, bool expired = false)
    {
        var id = known.Grant.Id;
        _outstanding = _outstanding.Remove(id);
        if (!expired)
            _agenda = _agenda.Remove(AgendaItem.Of(id, known.Grant.Until));
        if (_holders.TryGetValue(known.Requester, out var newest) && newest == id)
            _holders = _holders.Remove(known.Requester);
        foreach (var scope in known.Scopes)
        {
            Set(Ledger(scope).Settle(known.Grant.Permits, sent, last, sentAt, _rules.BucketOf(scope.Kind)));
            Warn(scope);
            _touched.Add(scope);
        }

        if (known.Lease != 0)
            SettleLease(known, sent, last);
    }

    // No throttle came of it: twice as much may be in flight. One such grant does not prove that a block is over, since
    // the refusal is told after it.
    private void Trust(LimitScope scope)
    {
        var ledger = Ledger(scope);
        var exposure = ledger.Exposure ?? (scope.Kind.IsDocumented() || scope.Kind == LimitKind.User ? int.MaxValue : _rules.FirstExposure);
        if (exposure == int.MaxValue || scope.Kind == LimitKind.Share || ledger.IsBlocked(_now))
            return;
        Set(ledger with
        {
            Exposure = exposure * 2 >= _rules.FullExposure ? int.MaxValue : exposure * 2,
            LastBlock = exposure >= _rules.FirstExposure ? TimeSpan.Zero : ledger.LastBlock,
        });
    }

    /// <summary>Takes what a header said.</summary>
    public void Observe(ScopeUsage usage)
    {
        var at = usage.At < _now ? usage.At : _now;
        if (usage.Percent is { } percent)
        {
            var before = Ledger(usage.Scope);
            Set(before.Observe(percent, at, _rules.BucketOf(usage.Scope.Kind)));
            _persist |= percent >= _rules.SoftBrakePercent && before.Percent < _rules.SoftBrakePercent;
            _touched.Add(usage.Scope);
        }

        if (usage.Access != AccessTier.Unknown && usage.Access != _access)
        {
            _access = usage.Access;
            _touched.AddRange(_queues.Keys);
        }

        if (usage.RegainAfter > TimeSpan.Zero)
            Block(usage.Scope, at + usage.RegainAfter);
    }

    /// <summary>Meta has blocked a scope: nothing more goes into it, what is out for it included.</summary>
    public void Block(LimitScope scope, DateTimeOffset until)
    {
        var ledger = Ledger(scope);
        if (until <= _now || ledger.BlockedUntil >= until)
            return;
        _persist = true;
        // No header counts a user's calls: the refusal is the statement that all of them are used.
        if (scope.Kind == LimitKind.User)
        {
            ledger = ledger.Observe(100, _now, _rules.BucketOf(scope.Kind)) with
            {
                Learned = LearnedCost.OfRefusal(ledger.Settled + ledger.InFlight),
                Before = default,
            };
        }

        ledger = ledger.Block(until, _now, _rules.LongestBlock);
        until = ledger.BlockedUntil!.Value;
        Set(ledger);
        _highOnlyUntil = _highOnlyUntil > until ? _highOnlyUntil : until;
        _touched.Add(scope);
        foreach (var known in _outstanding.Values)
        {
            if (known.Scopes.Contains(scope))
                Effects.Add(new BudgetEffect.Revoke(known.Requester, known.Grant.Id));
        }
    }

    private void Warn(LimitScope scope)
    {
        if (scope.Kind != LimitKind.User)
            return;
        var ledger = Ledger(scope);
        var charged = ledger.Settled + ledger.InFlight + Lost(scope.Kind);
        // Mode meta counts no user's calls: a warning of the mode before ends with it.
        var over = _rules.Mode == BudgetMode.Fixed && charged >= _rules.WarnAt;
        if (over && !ledger.Warned)
            Effects.Add(new BudgetEffect.Warn(scope, charged, _rules.Cap));
        if (over != ledger.Warned)
            Set(ledger with { Warned = over });
    }
}
