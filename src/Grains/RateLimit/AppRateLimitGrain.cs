using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using BudgetReply = MetaGrains.Grains.Interfaces.RateLimit.BudgetReply;

namespace MetaGrains.Grains.RateLimit;

/// <summary>
/// Deals out the calls of one Meta app among the tenants that share it: the same decisions as a tenant's budget, with
/// tenants for requesters and leases for grants. A lease is written down before it is given and counts until its
/// deadline unless it comes back; so neither a crash of this grain nor of a tenant's overspends. Key format:
/// <c>app/{number}</c>. Called by the tenants' budgets. Owns the state <c>app.budget</c>.
/// </summary>
[GrainType("app-rate-limit")]
public sealed class AppRateLimitGrain : Grain, IAppRateLimitGrain
{
    private readonly BudgetKeeper _budget;
    private IGrainTimer? _wake;

    /// <summary>Made by the engine.</summary>
    public AppRateLimitGrain([PersistentState("app.budget", GrainServices.Store)] IPersistentState<BudgetMemory> memory, TimeProvider clock) =>
        _budget = new BudgetKeeper(memory, clock, SetWake, Act);

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _budget.Restore(BudgetRules.ForApp);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        // Best effort, as in a tenant's budget.
        _budget.DecideAsync(TenantBudget.Close);

    /// <inheritdoc />
    public async Task<BudgetReply> AskAsync(BudgetAsk ask) => (await _budget.AskAsync(ask.ToRequest())).ToReply();

    /// <inheritdoc />
    public Task ReturnAsync(GrantReturn given) =>
        _budget.DecideAsync((state, now) => TenantBudget.Return(state, given.Grant, given.Used, given.LastSentAt, now));

    /// <inheritdoc />
    public Task ObserveAsync(List<UsageNotice> usages) =>
        _budget.RestrictAsync((state, now) => TenantBudget.Observe(state, [.. usages.Select(usage => usage.ToUsage())], now));

    /// <inheritdoc />
    public async Task BlockAsync(string scope, DateTimeOffset until)
    {
        var blocked = BudgetMessages.ToScope(scope);
        var holders = _budget.State.Outstanding.Values.Select(lease => lease.Requester).Distinct(StringComparer.Ordinal).ToArray();
        DateTimeOffset? before = null;
        try
        {
            await _budget.RestrictAsync((state, now) =>
            {
                before = state.Ledger(blocked).BlockedUntil;
                return TenantBudget.Block(state, blocked, until, now);
            });
        }
        finally
        {
            // Whoever holds a lease stops, too. They all tell the app in turn, which is no news to any of them.
            if (_budget.State.Ledger(blocked).BlockedUntil is { } end && end != before)
                Tell(holders, scope, end);
        }
    }

    /// <inheritdoc />
    public Task<BudgetStatus> GetStatusAsync() => Task.FromResult(_budget.State.ToStatus(_budget.Now));

    private void Tell(IEnumerable<string> holders, string scope, DateTimeOffset until)
    {
        foreach (var holder in holders)
        {
            if (TenantKey.TryParse(holder, out var tenant))
                _ = GrainFactory.RateLimit(tenant).BlockAsync(scope, until);
        }
    }

    private void Act(BudgetEffect effect)
    {
        if (effect is BudgetEffect.Wake wake && TenantKey.TryParse(wake.Requester, out var waiter))
            _ = GrainFactory.RateLimit(waiter).LeaseReadyAsync();
    }

    private void SetWake(TimeSpan? due)
    {
        _wake?.Dispose();
        _wake = due is not { } wait ? null : this.RegisterGrainTimer(
            () => _budget.DecideAsync(TenantBudget.Advance),
            new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }
}
