using MetaGrains.Core.Budget;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Bench.Virtual;

/// <summary>
/// What the budget's grain is, in virtual time: a thin shell around <see cref="TenantBudget"/> that stores what it is
/// told to store, and loses everything else when it crashes.
/// </summary>
internal sealed class VirtualBudget(VirtualTime time, BudgetRules rules)
{
    private BudgetState? _state;
    private BudgetState? _stored;
    private long _timer;

    /// <summary>Tells a requester that it is its turn.</summary>
    public required Action<string, long> Wake { get; init; }

    /// <summary>Tells a requester that a grant is void.</summary>
    public required Action<string, long> Revoke { get; init; }

    /// <summary>Sees every grant, with the state after it.</summary>
    public Action<BudgetRequest, BudgetGrant, BudgetState>? Granted { get; init; }

    /// <summary>How much its clock is ahead of the world's.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Writes to the store.</summary>
    public long Writes { get; private set; }

    public BudgetState State => _state ??= TenantBudget.Restore(rules, _stored is null ? null : TenantBudget.Snapshot(_stored), Now);

    private DateTimeOffset Now => time.Now + Skew;

    public BudgetAnswer Ask(BudgetRequest request)
    {
        var before = State;
        var reply = TenantBudget.Ask(before, request, Now);
        Take(reply.State, reply.Effects);
        // A repeated question gets the grant that it has, and changes nothing.
        if (reply.Answer is BudgetAnswer.Granted granted && !ReferenceEquals(before, reply.State))
            Granted?.Invoke(request, granted.Grant, reply.State);
        return reply.Answer;
    }

    public void Return(long grant, int used, DateTimeOffset? lastSentAt) => Take(TenantBudget.Return(State, grant, used, lastSentAt, Now));

    public void Observe(IEnumerable<ScopeUsage> usages) => Take(TenantBudget.Observe(State, [.. usages], Now));

    public void Block(LimitScope scope, DateTimeOffset until) => Take(TenantBudget.Block(State, scope, until, Now));

    /// <summary>The silo dies: what was not stored is gone.</summary>
    public void Crash() => (_state, _timer) = (null, _timer + 1);

    private void Take(BudgetDecision decision) => Take(decision.State, decision.Effects);

    private void Take(BudgetState next, IEnumerable<BudgetEffect> effects)
    {
        _state = next;
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case BudgetEffect.Persist persist:
                    _stored = persist.State;
                    Writes++;
                    break;
                case BudgetEffect.Wake wake:
                    Wake(wake.Requester, wake.Ticket);
                    break;
                case BudgetEffect.Revoke revoke:
                    Revoke(revoke.Requester, revoke.Grant);
                    break;
                case BudgetEffect.SetWakeTimer { At: { } at }:
                    var timer = ++_timer;
                    time.At(at - Skew, () => Ring(timer));
                    break;
            }
        }
    }

    private void Ring(long timer)
    {
        if (timer == _timer && _state is not null)
            Take(TenantBudget.Advance(_state, Now));
    }
}
