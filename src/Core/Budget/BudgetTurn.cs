using System.Collections.Immutable;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>One step of <see cref="TenantBudget"/> while it is worked out; nothing of it outlives the step.</summary>
internal sealed partial class BudgetTurn
{
    private readonly BudgetState _start;
    private readonly BudgetRules _rules;
    private readonly DateTimeOffset _now;
    private readonly List<LimitScope> _touched = [];
    private readonly List<(ScopeLedger Ledger, bool IsChanged)> _open = [];
    private ImmutableDictionary<LimitScope, ScopeLedger> _ledgers;
    private ImmutableDictionary<LimitScope, ScopeQueue> _queues;
    private ImmutableDictionary<string, BudgetWaiter> _waiters;
    private ImmutableDictionary<long, OutstandingGrant> _outstanding;
    private ImmutableDictionary<string, long> _holders;
    private ImmutableDictionary<FlowKey, BudgetFlow> _flows;
    private ImmutableSortedSet<AgendaItem> _agenda;
    private ImmutableArray<Charge> _lost;
    private ServedThrough _served;
    private AccessTier _access;
    private DateTimeOffset? _highOnlyUntil;
    private DateTimeOffset _sweepAt;
    private OpenBlock _block;
    private long _nextGrant;
    private long _nextTicket;
    private ImmutableArray<AppLease> _leases;
    private ImmutableArray<LimitScope> _leased;
    private DateTimeOffset? _leaseAskedAt;
    private DateTimeOffset? _leaseRetryAt;
    private long _leaseNumber;
    private LeaseRequest? _leaseAsk;
    private bool _persist;

    /// <summary>Begins with what time alone has changed since the last step.</summary>
    public BudgetTurn(BudgetState start, DateTimeOffset now)
    {
        (_start, _rules, _now) = (start, start.Rules, now);
        (_ledgers, _queues, _waiters, _agenda) = (start.Ledgers, start.Queues, start.Waiters, start.Agenda);
        (_outstanding, _holders, _flows, _served) = (start.Outstanding, start.Holders, start.Flows, start.Served);
        (_access, _highOnlyUntil, _sweepAt) = (start.Access, start.HighOnlyUntil > now ? start.HighOnlyUntil : null, start.SweepAt);
        (_block, _nextGrant, _nextTicket) = (start.Block, start.NextGrant, start.NextTicket);
        (_lost, _leases, _leased) = (start.Lost, start.Leases, start.Leased);
        (_leaseAskedAt, _leaseRetryAt, _leaseNumber, _leaseAsk) = (start.LeaseAskedAt, start.LeaseRetryAt, start.LeaseNumber, start.LeaseAsk);
        CatchUp();
    }

    /// <summary>What to do, in order.</summary>
    public List<BudgetEffect> Effects { get; } = [];

    /// <summary>Until when only HIGH is served.</summary>
    public DateTimeOffset? HighOnlyUntil => _highOnlyUntil;

    /// <summary>Tells those who have room now, and sets the alarm for those who will.</summary>
    public BudgetState Finish()
    {
        ServeTouched();
        AskLease();
        var at = (_waiters.IsEmpty && _leases.IsEmpty) || _agenda.IsEmpty ? (DateTimeOffset?)null : new DateTimeOffset(_agenda.Min.At, TimeSpan.Zero);
        var set = _start.WakeAt > _now ? _start.WakeAt : null;
        // A timer that fires too early costs less than one that is moved with every step.
        if (at is { } moment && !(set <= moment))
        {
            Effects.Add(new BudgetEffect.SetWakeTimer(moment));
            set = moment;
        }

        var next = Next(set);
        if (_persist)
            Effects.Insert(0, new BudgetEffect.Persist(next));
        return next;
    }

    // Serving one scope may touch others.
    private void ServeTouched()
    {
        for (var n = 0; n < _touched.Count; n++)
            Serve(_touched[n]);
        _touched.Clear();
    }

    private BudgetState Next(DateTimeOffset? wakeAt) => _start with
    {
        Ledgers = Ledgers(),
        Queues = _queues,
        Waiters = _waiters,
        Outstanding = _outstanding,
        Holders = _holders,
        Flows = _flows,
        Served = _served,
        Agenda = _agenda,
        Lost = _lost,
        Access = _access,
        HighOnlyUntil = _highOnlyUntil,
        SweepAt = _sweepAt,
        Block = _block,
        NextGrant = _nextGrant,
        NextTicket = _nextTicket,
        Leases = _leases,
        Leased = _leased,
        LeaseAskedAt = _leaseAskedAt,
        LeaseRetryAt = _leaseRetryAt,
        LeaseNumber = _leaseNumber,
        LeaseAsk = _leaseAsk,
        WakeAt = wakeAt,
    };

    private void CatchUp()
    {
        while (!_agenda.IsEmpty && _agenda.Min is var item && item.At <= _now.UtcTicks)
        {
            _agenda = _agenda.Remove(item);
            switch (item.Kind)
            {
                case AgendaKind.Grant:
                    Expire(item.Number);
                    break;
                case AgendaKind.Waiter:
                    Age(_waiters[item.Name]);
                    break;
                case AgendaKind.Lease:
                    GiveBackLeases();
                    break;
                default:
                    SetQueue(item.Scope, Queue(item.Scope) with { Alarm = null });
                    _touched.Add(item.Scope);
                    break;
            }
        }

        if (_now >= _sweepAt)
            Sweep();
    }

    // What is not used any more costs nothing for long, and takes no share from others.
    private void Sweep()
    {
        _sweepAt = _now + _rules.IdleAfter;
        if (!_lost.IsEmpty)
            _lost = _lost.RemoveAll(charge => charge.Through + LimitKind.User.Window() <= _now);
        foreach (var (key, flow) in _flows)
        {
            if (flow.AskedAt + ((key.Interval ?? TimeSpan.Zero) * BudgetOrder.IntervalsUntilHigh) + _rules.IdleAfter > _now || _waiters.ContainsKey(key.Requester))
                continue;
            Demand(flow.Scopes, -flow.PerHour);
            _flows = _flows.Remove(key);
        }

        foreach (var (scope, written) in Ledgers())
        {
            if (written.Warned)
                Warn(scope);
            var ledger = written.Warned ? Ledger(scope) : written.At(_now);
            if (scope.Kind == LimitKind.User && ledger.Learned != default && !(ledger.ObservedAt + scope.Kind.Window() > _now))
            {
                Set(ledger with { Learned = ledger.Learned.Hope });
                _touched.Add(scope);
            }

            if (ledger.IsForgotten(_now) && !_queues.ContainsKey(scope))
                _ledgers = Ledgers().Remove(scope);
        }
    }

    // A step looks at the same few scopes again and again: they are looked up once, and put back once.
    private ScopeLedger Ledger(LimitScope scope)
    {
        for (var n = 0; n < _open.Count; n++)
        {
            if (_open[n].Ledger.Scope == scope)
                return _open[n].Ledger;
        }

        var ledger = _ledgers.TryGetValue(scope, out var known) ? known.At(_now) : new ScopeLedger { Scope = scope };
        _open.Add((ledger, false));
        return ledger;
    }

    private void Set(ScopeLedger ledger)
    {
        for (var n = 0; n < _open.Count; n++)
        {
            if (_open[n].Ledger.Scope != ledger.Scope)
                continue;
            _open[n] = (ledger, true);
            return;
        }

        _open.Add((ledger, true));
    }

    private ImmutableDictionary<LimitScope, ScopeLedger> Ledgers()
    {
        foreach (var (ledger, isChanged) in _open)
        {
            if (isChanged)
                _ledgers = _ledgers.SetItem(ledger.Scope, ledger);
        }

        _open.Clear();
        return _ledgers;
    }

    private ScopeQueue Queue(LimitScope scope) => _queues.TryGetValue(scope, out var known) ? known : ScopeQueue.Empty;

    private void SetQueue(LimitScope scope, ScopeQueue queue)
    {
        if (!queue.IsEmpty)
        {
            _queues = _queues.SetItem(scope, queue);
            return;
        }

        if (queue.Alarm is { } alarm)
            _agenda = _agenda.Remove(AgendaItem.Of(scope, alarm));
        _queues = _queues.Remove(scope);
    }

    private BudgetRoom Room(LimitScope scope) => new(_rules, _access, Ledger(scope), Lost(scope.Kind), _now);

    private int Lost(LimitKind kind)
    {
        var sum = 0;
        foreach (var charge in _lost)
        {
            if (charge.Through + kind.Window() > _now)
                sum += charge.Count;
        }

        return sum;
    }

    private DateTimeOffset? LostUntil(LimitKind kind)
    {
        DateTimeOffset? first = null;
        foreach (var charge in _lost)
        {
            if (charge.Through + kind.Window() is var end && end > _now && !(first <= end))
                first = end;
        }

        return first;
    }
}
