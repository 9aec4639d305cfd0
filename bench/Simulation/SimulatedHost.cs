using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Simulation;

/// <summary>One account's world: calls between grains that take time, get lost, or find nobody.</summary>
internal sealed class SimulatedHost(SimulatedWorld world, SimulatedTenant tenant, int number, Random chance) : IAccountHost
{
    private const int MostFirstFill = 4;

    private static readonly TimeSpan Unanswered = TimeSpan.FromSeconds(5);

    public VirtualTime Time => world.Time;

    public DateTimeOffset Clock => world.Time.Now + world.SkewOf(number);

    public TimeSpan CallTime { get; } = TimeSpan.FromSeconds(2);

    public static int TierCalls(int account) => 2 + (account % 2);

    public static int FreshCalls(int account) => 3 + (account % 2);

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

    public CallResult Call(VirtualAccount account) => tenant.Call(account, chance);

    public int CallsOf(VirtualAccount account, SyncEffect.StartRun run) => run.Plan.Job switch
    {
        SyncJob.Tier => TierCalls(number),
        SyncJob.Fresh => FreshCalls(number),
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
