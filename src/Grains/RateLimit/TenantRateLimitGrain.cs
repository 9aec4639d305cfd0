using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using BudgetReply = MetaGrains.Grains.Interfaces.RateLimit.BudgetReply;

namespace MetaGrains.Grains.RateLimit;

/// <summary>
/// Deals out one tenant's Graph calls; what it decides is <see cref="TenantBudget"/>. It writes down what it is about to
/// give before it gives it, so a crash can waste permits and never overspends. Key format: <c>tenant/{uuid}</c>. Called by
/// the tenant's account grains and by the API for its status. Owns the state <c>tenant.budget</c>.
/// </summary>
[GrainType("tenant-rate-limit")]
public sealed partial class TenantRateLimitGrain(
    [PersistentState("tenant.budget", GrainServices.Store)] IPersistentState<BudgetMemory> memory,
    TenantDirectory tenants,
    TimeProvider clock,
    ILogger<TenantRateLimitGrain> logger) : Grain, ITenantRateLimitGrain
{
    private BudgetState _state = null!;
    private IGrainTimer? _wake;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var rules = await RulesAsync(cancellationToken);
        _state = TenantBudget.Restore(rules, memory.RecordExists ? memory.State.ToSnapshot() : null, clock.GetUtcNow());
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Best effort: without it the open block counts as given out, which wastes permits and no more.
        var closed = TenantBudget.Close(_state, clock.GetUtcNow());
        await CommitAsync(closed.State, closed.Effects);
    }

    /// <inheritdoc />
    public async Task<BudgetReply> AskAsync(BudgetAsk ask)
    {
        var reply = TenantBudget.Ask(_state, ask.ToRequest(), clock.GetUtcNow());
        await CommitAsync(reply.State, reply.Effects);
        return reply.Answer.ToReply();
    }

    /// <inheritdoc />
    public Task ReturnAsync(GrantReturn given) =>
        CommitAsync(TenantBudget.Return(_state, given.Grant, given.Used, given.LastSentAt, clock.GetUtcNow()));

    /// <inheritdoc />
    public Task ObserveAsync(List<UsageNotice> usages) =>
        CommitAsync(TenantBudget.Observe(_state, [.. usages.Select(usage => usage.ToUsage())], clock.GetUtcNow()));

    /// <inheritdoc />
    public Task BlockAsync(string scope, DateTimeOffset until) =>
        CommitAsync(TenantBudget.Block(_state, BudgetMessages.ToScope(scope), until, clock.GetUtcNow()));

    /// <inheritdoc />
    public async Task ReconfigureAsync() =>
        await CommitAsync(TenantBudget.Reconfigure(_state, await RulesAsync(CancellationToken.None), clock.GetUtcNow()));

    /// <inheritdoc />
    public Task<BudgetStatus> GetStatusAsync() => Task.FromResult(_state.ToStatus(clock.GetUtcNow()));

    private Task CommitAsync(BudgetDecision decision) => CommitAsync(decision.State, decision.Effects);

    // What is to be stored is stored before the state counts: when that fails the caller learns it and nothing was given.
    private async Task CommitAsync(BudgetState next, ImmutableArray<BudgetEffect> effects)
    {
        foreach (var persist in effects.OfType<BudgetEffect.Persist>())
        {
            memory.State = BudgetMemory.Of(persist.Snapshot);
            await memory.WriteStateAsync();
        }

        _state = next;
        foreach (var effect in effects)
            Act(effect);
    }

    private void Act(BudgetEffect effect)
    {
        switch (effect)
        {
            case BudgetEffect.Wake wake:
                // One way: whether it arrives changes nothing that is promised.
                if (AdAccountKey.TryParse(wake.Requester, out var waiter))
                    _ = GrainFactory.AdAccount(waiter).YourTurnAsync(wake.Ticket);
                break;
            case BudgetEffect.SetWakeTimer timer:
                SetWake(timer.At);
                break;
            case BudgetEffect.Warn warning:
                LogNearLimit(logger, this.GetPrimaryKeyString(), warning.Scope.ToString(), warning.Charged, warning.Cap);
                break;
        }
    }

    private void SetWake(DateTimeOffset? at)
    {
        _wake?.Dispose();
        _wake = null;
        if (at is not { } moment)
            return;
        var due = moment - clock.GetUtcNow();
        _wake = this.RegisterGrainTimer(
            () => CommitAsync(TenantBudget.Advance(_state, clock.GetUtcNow())),
            new GrainTimerCreationOptions(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private async Task<BudgetRules> RulesAsync(CancellationToken cancellationToken)
    {
        var key = TenantKey.Parse(this.GetPrimaryKeyString());
        var tenant = await tenants.FindAsync(key.Tenant.ToString(), cancellationToken)
            ?? throw new InvalidOperationException($"There is no tenant {key.Tenant}.");
        var rules = new BudgetRules { Mode = tenant.BudgetMode == "fixed" ? BudgetMode.Fixed : BudgetMode.Meta };
        return tenant.CallsPerHour is { } calls ? rules with { CallsPerHour = calls } : rules;
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "{Tenant}: {Charged} of {Cap} calls per hour are given out in scope {Scope}")]
    private static partial void LogNearLimit(ILogger logger, string tenant, string scope, int charged, int cap);
}
