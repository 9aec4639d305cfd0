using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;

namespace MetaGrains.Bench.Budget;

/// <summary>Ours: the account's machine and the tenant's budget as they run in production, in one mode.</summary>
internal sealed class OurContestant(BudgetMode mode) : IContestant, IAccountHost
{
    private static readonly TimeSpan Message = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, VirtualAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Random _chance = new(20261122);
    private VirtualTime _time = null!;
    private VirtualMeta _meta = null!;
    private VirtualBudget _budget = null!;
    private Freshness _freshness = null!;

    public string Name => mode == BudgetMode.Fixed ? "ours_fixed" : "ours_meta";

    public double AllowedShare => mode == BudgetMode.Fixed ? 0.90 : new BudgetRules().HardStopPercent / 100;

    public VirtualTime Time => _time;

    public DateTimeOffset Clock => _time.Now;

    public TimeSpan CallTime => BudgetLoad.CallTime;

    /// <summary>Writes of the budget's memory.</summary>
    public long Writes => _budget.Writes;

    public void Start(VirtualTime time, VirtualMeta meta, BudgetLoad load, Freshness freshness)
    {
        (_time, _meta, _freshness) = (time, meta, freshness);
        _budget = new VirtualBudget(time, new BudgetRules { Mode = mode, CallsPerHour = load.CallsPerHour })
        {
            Wake = (requester, ticket) => time.In(Message, () => _accounts[requester].Send(new SyncEvent.BudgetWoke(ticket))),
            Revoke = (requester, grant) => _accounts[requester].Void(grant),
        };
        var tenant = new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"));
        AccountCalendar.TryCreate("UTC", out var calendar);
        for (var number = 0; number < load.Accounts; number++)
        {
            var key = new AdAccountKey(tenant, AdAccountId.Parse($"{number + 1}"));
            var account = new VirtualAccount(this, key, new AccountSettings
            {
                Version = "1",
                Enabled = true,
                TenantEnabled = true,
                Tier = load.TierOf(number),
                // Rivals know one job.
                EntitiesInterval = null,
                Reports = [InsightsReport.Daily(InsightsLevel.Ad) with { Jobs = [SyncJob.Tier] }],
                Calendar = calendar!,
                Connection = new ConnectionKey(Guid.Parse("11111111-2222-3333-4444-555555555555")),
                App = new AppKey(7),
            }, number);
            _accounts.Add(account.Requester, account);
            // Rivals know no first fill: ours is over before the measurement begins.
            time.In(TimeSpan.FromHours(BudgetLoad.WarmUpHours / 2.0) * ((double)number / load.Accounts), account.Activate);
        }
    }

    public void Ask(VirtualAccount account, BudgetRequest request)
    {
        var life = account.Life;
        _time.In(Message, () =>
        {
            var answer = _budget.Ask(request);
            _time.In(Message, () => account.Answered(life, request, answer));
        });
    }

    public void Return(BudgetGrant grant, int used, DateTimeOffset? lastSentAt) => _budget.Return(grant.Id, used, lastSentAt);

    public void Observe(IEnumerable<ScopeUsage> usages) => _budget.Observe(usages);

    public void Block(ScopeBlock block)
    {
        if (block.Scope is { } scope)
            _budget.Block(scope, block.Until);
    }

    public CallResult Call(VirtualAccount account, SyncJob job) => new(_meta.Call(account.Number, job), null);

    public int CallsOf(VirtualAccount account, SyncEffect.StartRun run) => BudgetLoad.CallsPerRun;

    public void Published(VirtualAccount account, SyncEffect.StartRun run)
    {
        if (run.Plan.Job == SyncJob.Tier)
            _freshness.Refreshed(account.Number, _time.Now);
    }

    public double Chance() => _chance.NextDouble();
}
