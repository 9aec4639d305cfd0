using System.Collections.Immutable;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

/// <summary>An app with a limit at Meta, its budget, and tenants that hold leases of it. Either may lose its memory.</summary>
internal sealed class AppModel
{
    private static readonly LimitScope App = new(LimitKind.App, "7");
    private static readonly LimitScope Insights = new(LimitKind.Insights, "7");
    private static readonly BudgetRules TenantRules = new() { Leases = true };

    private readonly int _limitPerHour;
    private readonly Queue<DateTimeOffset> _hour = new();
    private readonly BudgetState[] _tenants;
    private BudgetState _app = TenantBudget.Restore(BudgetRules.ForApp, null, BudgetModel.Start);
    private BudgetState? _storedApp;
    private readonly Queue<(int Tenant, BudgetRequest Request)> _woken = new();
    private readonly Dictionary<string, BudgetRequest> _asked = new(StringComparer.Ordinal);
    private long _request;

    public AppModel(int limitPerHour, int tenants)
    {
        _limitPerHour = limitPerHour;
        _tenants = [.. Enumerable.Range(0, tenants).Select(_ => TenantBudget.Restore(TenantRules, null, BudgetModel.Start))];
        Sent = new int[tenants];
    }

    public DateTimeOffset Now { get; private set; } = BudgetModel.Start;

    /// <summary>Calls of each tenant.</summary>
    public int[] Sent { get; }

    /// <summary>The most that Meta counted in any hour.</summary>
    public int Most { get; private set; }

    /// <summary>One account of a tenant asks, calls with all that it gets, and gives back.</summary>
    public bool Run(int tenant, int account, int wanted, TimeSpan interval)
    {
        var request = BudgetModel.Request($"acct/{tenant}/{account}", Priority.Medium, wanted, Now, new LimitScope(LimitKind.User, $"user{tenant}"), App, Insights) with
        {
            Interval = interval,
        };
        _asked[request.Requester] = request;
        return Run(tenant, request);
    }

    private bool Run(int tenant, BudgetRequest asked)
    {
        var request = asked with { RequestId = ++_request };
        var reply = TenantBudget.Ask(_tenants[tenant], request, Now);
        Take(tenant, reply.State, reply.Effects);
        if (reply.Answer is not BudgetAnswer.Granted { Grant: var grant })
            return false;
        Call(tenant, grant.Permits);
        Take(tenant, TenantBudget.Return(_tenants[tenant], grant.Id, grant.Permits, Now, Now));
        TakeApp(TenantBudget.Observe(_app, [new ScopeUsage(Insights, _hour.Count * 100.0 / _limitPerHour, TimeSpan.Zero, AccessTier.Standard, Now)], Now));
        return true;
    }

    public void Advance(TimeSpan by)
    {
        Now += by;
        Forget();
        TakeApp(TenantBudget.Advance(_app, Now));
        for (var tenant = 0; tenant < _tenants.Length; tenant++)
            Take(tenant, TenantBudget.Advance(_tenants[tenant], Now));
        while (_woken.TryDequeue(out var woken))
            Run(woken.Tenant, woken.Request);
    }

    public void CountAnew() => Array.Clear(Sent);

    public void CrashTenant(int tenant) => _tenants[tenant] = TenantBudget.Restore(TenantRules, null, Now);

    public void CrashApp() => _app = TenantBudget.Restore(BudgetRules.ForApp, _storedApp is null ? null : TenantBudget.Snapshot(_storedApp), Now);

    private void Call(int tenant, int calls)
    {
        for (var n = 0; n < calls; n++)
            _hour.Enqueue(Now);
        Sent[tenant] += calls;
        Forget();
        Most = Math.Max(Most, _hour.Count);
    }

    private void Forget()
    {
        while (_hour.TryPeek(out var oldest) && oldest + TimeSpan.FromHours(1) <= Now)
            _hour.Dequeue();
    }

    private void Take(int tenant, BudgetDecision decision) => Take(tenant, decision.State, decision.Effects);

    private void Take(int tenant, BudgetState next, ImmutableArray<BudgetEffect> effects)
    {
        _tenants[tenant] = next;
        foreach (var effect in effects)
        {
            if (effect is BudgetEffect.ReturnLease back)
                TakeApp(TenantBudget.Return(_app, back.Lease, back.Used, back.LastSentAt, Now));
            else if (effect is BudgetEffect.AskLease ask)
                AskApp(tenant, ask.Request);
            else if (effect is BudgetEffect.Wake wake)
                _woken.Enqueue((tenant, _asked[wake.Requester]));
        }
    }

    private void AskApp(int tenant, LeaseRequest lease)
    {
        var reply = TenantBudget.Ask(_app, new BudgetRequest
        {
            Requester = $"tenant/{tenant}",
            RequestId = lease.RequestId,
            Priority = lease.Priority,
            Wanted = lease.Wanted,
            DueAt = Now,
            Weight = lease.PerHour,
            PerHour = lease.PerHour,
            Scopes = [App, .. lease.CoversInsights ? [Insights] : Array.Empty<LimitScope>(), new LimitScope(LimitKind.Share, $"{tenant}")],
        }, Now);
        TakeApp(new BudgetDecision(reply.State, reply.Effects));
        Take(tenant, reply.Answer switch
        {
            BudgetAnswer.Granted granted => TenantBudget.TakeLease(_tenants[tenant], granted.Grant, lease.CoversInsights, Now),
            BudgetAnswer.Wait wait => TenantBudget.AwaitLease(_tenants[tenant], wait, Now),
            _ => throw new InvalidOperationException("A third kind of answer."),
        });
    }

    private void TakeApp(BudgetDecision decision)
    {
        _app = decision.State;
        foreach (var effect in decision.Effects)
        {
            if (effect is BudgetEffect.Persist persist)
                _storedApp = persist.State;
            else if (effect is BudgetEffect.Wake wake && int.Parse(wake.Requester["tenant/".Length..], System.Globalization.CultureInfo.InvariantCulture) is var tenant)
                Take(tenant, TenantBudget.RetryLease(_tenants[tenant], Now));
        }
    }
}
