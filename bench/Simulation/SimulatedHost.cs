using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Simulation;

/// <summary>One account's world: calls between grains that take time, get lost, or find nobody.</summary>
internal sealed class SimulatedHost(SimulatedWorld world, SimulatedTenant tenant, int number, Random chance) : IAccountHost
{
    private const int MostFirstFill = 4;
    private const int EntitiesCalls = 4;
    private const int DeepCalls = 4;
    private const int ReconcileCalls = 1;

    private static readonly TimeSpan Unanswered = TimeSpan.FromSeconds(5);

    public VirtualTime Time => world.Time;

    public DateTimeOffset Clock => world.Time.Now + world.SkewOf(number);

    public TimeSpan CallTime { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls per hour that an account's insights need, and those that its objects need beside them.</summary>
    public static (double Insights, double Objects) DemandOf(int account, Tier tier) =>
        ((TierCalls(account) * (60.0 / tier.IntervalMinutes)) + ((FreshCalls(account) + DeepCalls + ReconcileCalls) / 24.0), EntitiesCalls / 4.0);

    private static int TierCalls(int account) => 2 + (account % 2);

    private static int FreshCalls(int account) => 3 + (account % 2);

    public void Ask(VirtualAccount account, BudgetRequest request)
    {
        var life = account.Life;
        if (tenant.DownUntil > Time.Now)
        {
            Time.In(Unanswered, () => account.Answered(life, request, null));
            return;
        }

        world.Message(() =>
        {
            var answer = tenant.Budget.Ask(request);
            if (world.LosesAnswer())
                Time.In(Unanswered, () => account.Answered(life, request, null));
            else
                world.Message(() => account.Answered(life, request, answer));
        });
    }

    public void Return(BudgetGrant grant, int used, DateTimeOffset? lastSentAt) => Tell(() => tenant.Budget.Return(grant.Id, used, lastSentAt));

    public void Observe(IEnumerable<ScopeUsage> usages) => Tell(() => tenant.Budget.Observe(usages));

    public void Block(ScopeBlock block)
    {
        if (block.Scope is { } scope)
            Tell(() => tenant.Budget.Block(scope, block.Until));
    }

    public CallResult Call(VirtualAccount account, SyncJob job) => tenant.Call(account, job, chance);

    public int CallsOf(VirtualAccount account, SyncEffect.StartRun run) => run.Plan.Job switch
    {
        SyncJob.Tier => TierCalls(number),
        SyncJob.Fresh => FreshCalls(number),
        SyncJob.Deep => DeepCalls,
        SyncJob.Reconcile => ReconcileCalls,
        SyncJob.Entities => EntitiesCalls,
        _ => MostFirstFill,
    };

    public void Published(VirtualAccount account, SyncEffect.StartRun run) => world.Published(account, run);

    public double Chance() => chance.NextDouble();

    // What a budget without a silo is told is lost, as permits that never come back are.
    private void Tell(Action tell)
    {
        if (tenant.DownUntil <= Time.Now)
            tell();
    }
}
