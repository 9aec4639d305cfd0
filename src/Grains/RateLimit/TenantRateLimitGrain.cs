using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Graph;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using BudgetReply = MetaGrains.Grains.Interfaces.RateLimit.BudgetReply;

namespace MetaGrains.Grains.RateLimit;

/// <summary>
/// Deals out one tenant's Graph calls; what it decides is <see cref="TenantBudget"/>. It writes down what it is about to
/// give before it gives it, so a crash can waste permits and never overspends. Where the app is known its limits are
/// dealt out by <see cref="AppRateLimitGrain"/>, of which the tenant holds leases. Key format: <c>tenant/{uuid}</c>. Called
/// by the tenant's account grains and by the API for its status. Owns the state <c>tenant.budget</c>.
/// </summary>
[GrainType("tenant-rate-limit")]
public sealed partial class TenantRateLimitGrain : Grain, ITenantRateLimitGrain
{
    private readonly TenantDirectory _tenants;
    private readonly ILogger _logger;
    private readonly BudgetKeeper _budget;
    private readonly AppKey? _app;
    private IGrainTimer? _wake;

    /// <summary>Made by the engine.</summary>
    public TenantRateLimitGrain(
        [PersistentState("tenant.budget", GrainServices.Store)] IPersistentState<BudgetMemory> memory,
        TenantDirectory tenants,
        IOptions<GraphOptions> graph,
        TimeProvider clock,
        ILogger<TenantRateLimitGrain> logger)
    {
        (_tenants, _logger) = (tenants, logger);
        _app = AppKey.TryParse($"app/{graph.Value.AppId}", out var app) ? app : null;
        _budget = new BudgetKeeper(memory, clock, SetWake, Act);
    }

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _budget.Restore(await RulesAsync(cancellationToken));

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        // Best effort: without it the open block counts as given out, which wastes permits and no more.
        _budget.DecideAsync(TenantBudget.Close);

    /// <inheritdoc />
    public async Task<BudgetReply> AskAsync(BudgetAsk ask) => (await _budget.AskAsync(WithApp(ask.ToRequest()))).ToReply();

    /// <inheritdoc />
    public Task ReturnAsync(GrantReturn given) =>
        _budget.DecideAsync((state, now) => TenantBudget.Return(state, given.Grant, given.Used, given.LastSentAt, now));

    /// <inheritdoc />
    public async Task ObserveAsync(List<UsageNotice> usages)
    {
        var known = usages.ConvertAll(usage => usage.ToUsage());
        if (_app is { } app && usages.FindAll(usage => IsShared(BudgetMessages.ToScope(usage.Scope))) is { Count: > 0 } shared)
        {
            _ = Tell(grain => grain.ObserveAsync(shared), app);
            known.RemoveAll(usage => IsShared(usage.Scope));
        }

        await _budget.RestrictAsync((state, now) => TenantBudget.Observe(state, [.. known], now));
    }

    /// <inheritdoc />
    public async Task BlockAsync(string scope, DateTimeOffset until)
    {
        var blocked = BudgetMessages.ToScope(scope);
        var isNews = !(_budget.State.Ledger(blocked).BlockedUntil >= until);
        if (isNews && _app is { } app && IsShared(blocked))
            _ = Tell(grain => grain.BlockAsync(scope, until), app);
        await _budget.RestrictAsync((state, now) => TenantBudget.Block(state, blocked, until, now));
    }

    /// <inheritdoc />
    public Task LeaseReadyAsync() => _budget.DecideAsync(TenantBudget.RetryLease);

    /// <inheritdoc />
    public async Task ReconfigureAsync()
    {
        var rules = await RulesAsync(CancellationToken.None);
        await _budget.DecideAsync((state, now) => TenantBudget.Reconfigure(state, rules, now));
    }

    /// <inheritdoc />
    public Task<QueuePlace?> GetPlaceAsync(string requester) => Task.FromResult(TenantBudget.Standing(_budget.State, requester)?.ToPlace());

    /// <inheritdoc />
    public Task<BudgetStatus> GetStatusAsync() => Task.FromResult(_budget.State.ToStatus(_budget.Now));

    private static bool IsShared(LimitScope scope) => scope.Kind is LimitKind.App or LimitKind.Insights;

    // The app's limits are the process's to know, and no account's.
    private BudgetRequest WithApp(BudgetRequest request)
    {
        if (_app is not { } app || request.Scopes.Any(IsShared))
            return request;
        var readsInsights = request.Scopes.Any(scope => scope is { Kind: LimitKind.BusinessUseCase, UseCase: LimitScope.AdsInsights });
        var scopes = request.Scopes.Add(LimitScope.App(app));
        return request with { Scopes = readsInsights ? scopes.Add(LimitScope.Insights(app)) : scopes };
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
            case BudgetEffect.Revoke revoke:
                if (AdAccountKey.TryParse(revoke.Requester, out var holder))
                    _ = GrainFactory.AdAccount(holder).VoidAsync(revoke.Grant);
                break;
            case BudgetEffect.AskLease ask when _app is { } app:
                _ = AskLeaseAsync(ask.Request, app);
                break;
            case BudgetEffect.ReturnLease back when _app is { } app:
                _ = Tell(grain => grain.ReturnAsync(new GrantReturn { Grant = back.Lease, Used = back.Used, LastSentAt = back.LastSentAt }), app);
                break;
            case BudgetEffect.Warn warning:
                LogNearLimit(_logger, this.GetPrimaryKeyString(), warning.Scope.ToString(), warning.Charged, warning.Cap);
                BudgetMetrics.NearLimit.Add(1);
                break;
        }
    }

    // Beside the turns; what it brings enters as a decision of its own.
    private async Task AskLeaseAsync(LeaseRequest lease, AppKey app)
    {
        var ask = new BudgetAsk
        {
            Requester = this.GetPrimaryKeyString(),
            RequestId = lease.RequestId,
            Priority = lease.Priority.WireName(),
            Wanted = lease.Wanted,
            DueAt = _budget.Now,
            PerHour = lease.PerHour,
            Scopes =
            [
                LimitScope.App(app).ToString(),
                .. lease.CoversInsights ? [LimitScope.Insights(app).ToString()] : Array.Empty<string>(),
                LimitScope.Share(TenantKey.Parse(this.GetPrimaryKeyString())).ToString(),
            ],
        };
        await Tell(async grain =>
        {
            var reply = await grain.AskAsync(ask);
            await _budget.DecideAsync((state, now) => reply.Grant is { } grant
                ? TenantBudget.TakeLease(state, new BudgetGrant(grant, reply.Permits, reply.Until), lease.CoversInsights, now)
                : TenantBudget.AwaitLease(state, new BudgetAnswer.Wait(reply.Until, reply.Ticket, BudgetMessages.ToReason(reply.Reason),
                    reply.Scope is null ? null : BudgetMessages.ToScope(reply.Scope)), now));
        }, app);
    }

    private async Task Tell(Func<IAppRateLimitGrain, Task> call, AppKey app)
    {
        try
        {
            await call(GrainFactory.AppRateLimit(app));
        }
        catch (Exception unanswered)
        {
            // It is asked again after a while; permits that do not come back stay charged.
            LogApp(_logger, unanswered, this.GetPrimaryKeyString(), app.ToString());
        }
    }

    private void SetWake(TimeSpan? due)
    {
        _wake?.Dispose();
        _wake = due is not { } wait ? null : this.RegisterGrainTimer(
            () => _budget.DecideAsync(TenantBudget.Advance),
            new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private async Task<BudgetRules> RulesAsync(CancellationToken cancellationToken)
    {
        var key = TenantKey.Parse(this.GetPrimaryKeyString());
        var tenant = await _tenants.FindAsync(key.Tenant.ToString(), cancellationToken)
            ?? throw new InvalidOperationException($"There is no tenant {key.Tenant}.");
        var rules = new BudgetRules { Mode = tenant.BudgetMode == "fixed" ? BudgetMode.Fixed : BudgetMode.Meta, Leases = _app is not null };
        return tenant.CallsPerHour is { } calls ? rules with { CallsPerHour = calls } : rules;
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "{Tenant}: {Charged} of {Cap} calls per hour are given out in scope {Scope}")]
    private static partial void LogNearLimit(ILogger logger, string tenant, string scope, int charged, int cap);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "{Tenant}: the budget of {App} did not answer")]
    private static partial void LogApp(ILogger logger, Exception unanswered, string tenant, string app);
}
