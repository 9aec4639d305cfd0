using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>The share of an app's budget that the tenant holds.</summary>
internal sealed partial class BudgetTurn
{
    // A lease that is about to end is of no use to a run.
    private static readonly TimeSpan ShortestUse = TimeSpan.FromSeconds(10);

    // Up to this part of a limit nobody needs a share: what work needs is known from what it had, which is less than it
    // needs while there is not enough.
    private const double Plenty = 0.8;

    private bool _leaseMissing;
    private Priority _leaseRank = Priority.Backfill;
    private int _leaseWanted;

    private AppLease? Lease => _leases.IsEmpty ? null : _leases[^1];

    private bool IsLeased(LimitScope scope) => _rules.Leases && scope.Kind is (LimitKind.App or LimitKind.Insights);

    private int LeaseRoom(LimitKind kind) =>
        Lease is { } lease && lease.Until - _now > ShortestUse && (lease.CoversInsights || kind != LimitKind.Insights) ? lease.Left : 0;

    // A block of the app's insights is no reason to wait for what reads none.
    private bool InsightsBlocked() => _leased.Any(scope => scope.Kind == LimitKind.Insights && Ledger(scope).BlockedUntil > _now);

    /// <summary>The app's budget has granted.</summary>
    public void TakeLease(BudgetGrant grant, bool coversInsights)
    {
        // Not again at once, though it may be less than what was asked for: there is no more now.
        (_leaseAskedAt, _leaseRetryAt) = (null, _now + _rules.LeasePause);
        if (_leases.Any(known => known.Id == grant.Id))
            return;
        _leases = _leases.Add(new AppLease(grant.Id, grant.Permits, grant.Permits, 0, grant.Until) { CoversInsights = coversInsights });
        _agenda = _agenda.Add(AgendaItem.OfLease(grant.Id, grant.Until - ShortestUse));
        GiveBackLeases();
        _touched.AddRange(_queues.Keys.Where(IsLeased));
    }

    /// <summary>The app's budget has nothing now.</summary>
    public void AwaitLease(BudgetAnswer.Wait wait)
    {
        (_leaseAskedAt, _leaseRetryAt) = (null, wait.Until);
        if (wait is not { Reason: WaitReason.ScopeBlocked, Scope: { Kind: LimitKind.Insights } insights } || InsightsBlocked())
            return;
        // It is asked again at once, for what reads no insights.
        Block(insights, wait.Until);
        _leaseRetryAt = null;
        _touched.AddRange(_queues.Keys.Where(IsLeased));
    }

    /// <summary>The app's budget says that it is this tenant's turn.</summary>
    public void RetryLease()
    {
        _leaseRetryAt = null;
        _touched.AddRange(_queues.Keys.Where(IsLeased));
    }

    private void Know(BudgetRequest request)
    {
        foreach (var scope in request.Scopes)
        {
            if (IsLeased(scope) && !_leased.Contains(scope))
                _leased = _leased.Add(scope);
        }
    }

    private void Miss(BudgetRequest request, Priority rank)
    {
        Know(request);
        _leaseMissing = true;
        _leaseWanted += request.Wanted;
        if (rank < _leaseRank)
            _leaseRank = rank;
        // What the app has not for less urgent work it may have for this.
        if (rank < _leaseAsk?.Priority)
            (_leaseAskedAt, _leaseRetryAt) = (null, null);
    }

    private long LeaseFor(BudgetRequest request, int permits)
    {
        if (!request.Scopes.Any(IsLeased))
            return 0;
        Know(request);
        var lease = Lease!;
        _leases = _leases.SetItem(_leases.Length - 1, lease with { Left = lease.Left - permits, Out = lease.Out + permits });
        return lease.Id;
    }

    private void SettleLease(OutstandingGrant known, int sent, DateTimeOffset last)
    {
        for (var n = 0; n < _leases.Length; n++)
        {
            var lease = _leases[n];
            if (lease.Id != known.Lease)
                continue;
            _leases = _leases.SetItem(n, lease with
            {
                Out = lease.Out - known.Grant.Permits,
                Left = lease.Left + known.Grant.Permits - sent,
                LastSentAt = sent > 0 && !(lease.LastSentAt >= last) ? last : lease.LastSentAt,
            });
            GiveBackLeases();
            return;
        }
    }

    // The newest is dealt from until it is used up or about to end; what is not dealt from goes back when nothing of it is
    // out. At its deadline the app counts all of it.
    private void GiveBackLeases()
    {
        for (var n = _leases.Length - 1; n >= 0; n--)
        {
            var lease = _leases[n];
            var isLive = n == _leases.Length - 1 && lease.Left > 0 && lease.Until - ShortestUse > _now;
            if (lease.Until > _now && (isLive || lease.Out > 0))
                continue;
            _agenda = _agenda.Remove(AgendaItem.OfLease(lease.Id, lease.Until - ShortestUse));
            if (lease.Until > _now)
                Effects.Add(new BudgetEffect.ReturnLease(lease.Id, lease.Permits - lease.Left, lease.LastSentAt));
            _leases = _leases.RemoveAt(n);
        }
    }

    // Asked for before the last is used up, so that nobody waits for the way there and back.
    private void AskLease()
    {
        if (!_rules.Leases || (_leaseAskedAt + _rules.LeasePatience > _now) || _leaseRetryAt > _now)
            return;
        // Its answer was lost: the app finds by the number what it has given already.
        if (_leaseAskedAt is not null && _leaseAsk is { } unanswered)
        {
            _leaseAskedAt = _now;
            Effects.Add(new BudgetEffect.AskLease(unanswered));
            return;
        }

        var perHour = _leased.IsEmpty ? 0 : _leased.Max(scope => Ledger(scope).DemandPerHour);
        var minutes = (int)Math.Clamp(perHour / 30, 1, _rules.MaxPermits);
        if (!_leaseMissing && (Lease is null || LeaseRoom(LimitKind.App) * 4 >= minutes))
            return;
        _leaseAskedAt = _now;
        var number = Math.Max(_leaseNumber + 1, _now.UtcTicks);
        _leaseNumber = number;
        var wanted = Math.Clamp(Math.Max(minutes, _leaseWanted), 1, _rules.MaxPermits * 10);
        _leaseAsk = new LeaseRequest(number, _leaseMissing ? _leaseRank : Priority.Low, wanted, Math.Max(1, Math.Min(perHour, UsersPerHour())))
        {
            CoversInsights = !InsightsBlocked(),
        };
        Effects.Add(new BudgetEffect.AskLease(_leaseAsk));
    }

    // What the tenant's users cannot call takes no share of the app's limits.
    private double UsersPerHour()
    {
        var sum = 0.0;
        foreach (var (scope, ledger) in Ledgers())
        {
            if (scope.Kind == LimitKind.User)
                sum += Math.Min(ledger.DemandPerHour, Room(scope).PerHour);
        }

        return sum;
    }

    // While all tenants together need about as much of the app's limits as there is, each gets as much of them as of the need is
    // its own, however early the others ask.
    private int ShareRoom(BudgetRequest request, LimitScope share)
    {
        var (most, ledger) = (double.PositiveInfinity, Ledger(share));
        foreach (var scope in request.Scopes)
        {
            if (scope.Kind is not (LimitKind.App or LimitKind.Insights) || Room(scope) is not { PerHour: < double.PositiveInfinity } room)
                continue;
            // Which rank may have how much of it the limit itself says.
            if (room.Ledger.DemandPerHour is var needed && needed > room.PerHour * Plenty)
                most = Math.Min(most, room.PerHour * ledger.DemandPerHour / needed);
        }

        most = Math.Max(most, _rules.FirstExposure);
        return double.IsFinite(most) ? Math.Max(0, (int)most - ledger.Settled - ledger.InFlight) : int.MaxValue;
    }
}
