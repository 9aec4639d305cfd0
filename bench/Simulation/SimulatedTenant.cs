using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Bench.Simulation;

/// <summary>One tenant: its accounts, its budget, and its app at Meta.</summary>
internal sealed class SimulatedTenant
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Queue<DateTimeOffset> _sent = new();
    private readonly SimulatedWorld _world;

    public SimulatedTenant(SimulatedWorld world, int number, TenantId id, int accounts, (double Insights, double Objects) perHour)
    {
        (_world, Number, Id) = (world, number, id);
        // Most have room to spare, every tenth has not.
        IsShort = number % 10 == 9;
        Mode = number % 2 == 0 ? BudgetMode.Fixed : BudgetMode.Meta;
        // What limits a tenant is its user's calls in the one mode, its app's insights in the other.
        var demand = Mode == BudgetMode.Fixed ? perHour.Insights + perHour.Objects : perHour.Insights;
        var allowance = demand / (IsShort ? 1.5 : 0.75);
        Rules = new BudgetRules { Mode = Mode, CallsPerHour = Math.Max(20, (int)Math.Ceiling(allowance / (Mode == BudgetMode.Fixed ? 0.9 : 0.95))) };
        Limits = new SimulatedLimits
        {
            Enforced = true,
            UserCallsPerHour = Mode == BudgetMode.Fixed ? (int)(Rules.CallsPerHour * world.Options.LimitFactor) : null,
            InsightsFactor = Mode == BudgetMode.Meta ? Rules.CallsPerHour / (190_000.0 * accounts) : 1,
        };
        Meta = new VirtualMeta(world.Time, Limits, accounts, world.Options.Seed + number);
        Budget = new VirtualBudget(world.Time, Rules)
        {
            Wake = (requester, ticket) => world.Message(() => world.Account(requester).Send(new SyncEvent.BudgetWoke(ticket))),
            Revoke = (requester, grant) => world.Account(requester).Void(grant),
            Granted = Check,
        };
    }

    public int Number { get; }

    public TenantId Id { get; }

    public bool IsShort { get; }

    public BudgetMode Mode { get; }

    public BudgetRules Rules { get; }

    public SimulatedLimits Limits { get; }

    public VirtualMeta Meta { get; }

    public VirtualBudget Budget { get; }

    public List<VirtualAccount> Accounts { get; } = [];

    /// <summary>Its connection; grows with each new token.</summary>
    public ConnectionKey Connection => new(Id.Value);

    public long TokenVersion { get; private set; } = 1;

    public bool TokenIsDead { get; set; }

    /// <summary>Until when its budget's silo is gone.</summary>
    public DateTimeOffset DownUntil { get; set; }

    /// <summary>Until when a refusal may be the world's fault: a limit was cut, or forgets it only now.</summary>
    public DateTimeOffset ExcusedUntil { get; set; }

    /// <summary>Calls an hour that count against what limits it.</summary>
    public double CallsPerHour(TimeSpan span) => (Mode == BudgetMode.Fixed ? Meta.Calls : Meta.InsightsCalls) / span.TotalHours;

    /// <summary>The most calls an hour that it allows itself.</summary>
    public double Allowance => Mode == BudgetMode.Fixed ? Rules.Cap : Rules.CallsPerHour * Rules.HardStopPercent / 100;

    /// <summary>Somebody connects anew.</summary>
    public void RenewToken()
    {
        TokenIsDead = false;
        TokenVersion++;
        foreach (var account in Accounts)
            account.Apply(account.Settings with { ConnectionVersion = TokenVersion, Version = $"{TokenVersion}" });
    }

    public CallResult Call(VirtualAccount account, SyncJob job, Random chance)
    {
        _world.Require(account.Settings.Connection == Connection && account.Key.Tenant == Id, "a call was made under another tenant's key", account.Requester);
        if (TokenIsDead)
            return new CallResult(default, FailureKind.TokenDead);
        if (_world.Incident && chance.NextDouble() < 0.9)
            return new CallResult(default, FailureKind.Transient);
        var answer = Meta.Call(account.Number, job);
        CheckLimit(answer);
        return new CallResult(answer, null);
    }

    private void CheckLimit(VirtualAnswer answer)
    {
        var now = _world.Time.Now;
        _sent.Enqueue(now);
        // Clocks that jump, one ahead and one behind, make an hour shorter by as much.
        var hour = Hour - (_world.HadSkew ? 2 * Chaos.MostSkew : TimeSpan.Zero);
        while (_sent.Peek() + hour <= now)
            _sent.Dequeue();
        // In mode meta it is Meta that counts, in windows of its own.
        _world.Require(Mode != BudgetMode.Fixed || _sent.Count <= Rules.Cap, "more calls in an hour than the allowance", $"tenant {Number}: {_sent.Count} of {Rules.Cap}");
        _world.Require(answer.IsServed || now < ExcusedUntil, "a limit was exceeded that nobody else used", $"tenant {Number}: {answer.Refusal?.Code}");
    }

    // Looked at with every 16th grant, since it looks at everybody who waits.
    private void Check(BudgetRequest request, BudgetGrant grant, BudgetState state)
    {
        if (grant.Id % 16 != 0)
            return;
        var rank = BudgetOrder.Effective(request, _world.Time.Now + Budget.Skew);
        foreach (var waiter in state.Waiters.Values)
        {
            if (waiter.WokenAt is not null || waiter.Place.Rank >= rank || rank == Priority.High || !request.Scopes.Contains(waiter.Scope))
                continue;
            _world.Require(false, "a request passed one of a higher rank", $"{request.Requester} ({rank}) before {waiter.Request.Requester} ({waiter.Place.Rank}) for {waiter.Scope}");
        }
    }
}
