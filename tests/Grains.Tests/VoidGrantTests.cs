using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Accounts;
using MetaGrains.Testing;

namespace MetaGrains.Grains.Tests;

public sealed class VoidGrantTests
{
    [Fact]
    public void The_last_sixteen_are_known()
    {
        var voids = new VoidGrants();
        for (var grant = 1; grant <= 17; grant++)
            voids.Add(grant);

        Assert.False(voids.Contains(1));
        Assert.All(Enumerable.Range(2, 16), grant => Assert.True(voids.Contains(grant)));
        Assert.False(voids.Contains(18));
    }

    [Fact]
    public async Task A_run_sends_nothing_with_a_grant_that_was_taken_back_before_it_came_and_asks_for_another()
    {
        var (voids, signals) = (new VoidGrants(), new AccountSignals());
        var account = new AdAccountKey(new TenantId(Guid.Empty), AdAccountId.Parse("act_101"));
        var until = TimeProvider.System.GetUtcNow().AddHours(1);
        var start = new SyncEffect.StartRun(7, null!, new BudgetGrant(1, 10, until), Request: null);
        voids.Add(1);
        voids.Add(2);
        var pump = new AccountPump(new PumpServices(null!, null!, TimeProvider.System, () => 0), account, default, start, signals, voids);

        var taking = pump.TakeAsync(default).AsTask();
        AssertAsks(signals);
        pump.Give(new BudgetGrant(2, 10, until));
        await Eventually.TrueAsync(() => Task.FromResult(signals.TryPeek(out _)), "it asks again");
        AssertAsks(signals);
        Assert.False(taking.IsCompleted);
        pump.Give(new BudgetGrant(3, 10, until));

        await taking.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((3L, 1), (pump.Account().Grant.Id, pump.Account().Used));
    }

    private static void AssertAsks(AccountSignals signals)
    {
        Assert.True(signals.TryPeek(out var signal));
        Assert.IsType<SyncEvent.PermitsNeeded>(signal.Happened);
        signals.Done();
    }
}

public sealed class RetellingTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));
    private readonly List<Exception> _failures = [];
    private int _told;

    [Fact]
    public async Task What_was_not_heard_is_told_again_until_it_is()
    {
        var retelling = new Retelling(_time, _failures.Add);

        await retelling.TellAsync(FailsTwice, _time.GetUtcNow().AddHours(1));
        Assert.Equal(1, _told);
        await AdvanceAsync(retelling, TimeSpan.FromSeconds(1), told: 2);
        await AdvanceAsync(retelling, TimeSpan.FromSeconds(2), told: 3);

        await retelling.Last;
        Assert.Equal((3, 2), (_told, _failures.Count));
    }

    [Fact]
    public async Task What_is_over_is_told_no_more()
    {
        var retelling = new Retelling(_time, _failures.Add);

        await retelling.TellAsync(() => throw new TimeoutException(), _time.GetUtcNow().AddSeconds(1));

        await retelling.Last;
        Assert.Single(_failures);
    }

    private Task FailsTwice() => ++_told <= 2 ? throw new TimeoutException() : Task.CompletedTask;

    private async Task AdvanceAsync(Retelling retelling, TimeSpan by, int told)
    {
        _time.Advance(by);
        await Eventually.TrueAsync(() => Task.FromResult(_told == told || retelling.Last.IsFaulted), $"it was told {told} times");
    }
}
