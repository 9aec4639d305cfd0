using FsCheck.Fluent;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Machine;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class LookbackTests
{
    [Fact]
    public void Nineteen_of_twenty_changed_days_lie_within_what_is_learned_and_a_day_less_would_not_do() =>
        Properties.Holds(Gen.Choose(0, 30).ArrayOf(29), changes =>
        {
            if (Lookback.Learn(changes, null) is not { } learned)
            {
                Assert.InRange(changes.Sum(), 0, Lookback.Enough - 1);
                return;
            }

            Assert.InRange(learned.Days, 1, Lookback.Longest);
            if (learned.Days < Lookback.Longest)
                Assert.True(changes.Take(learned.Days).Sum() * 20 >= changes.Sum() * 19);
            Assert.True(learned.Days == 1 || changes.Take(learned.Days - 1).Sum() * 20 < changes.Sum() * 19);
        });

    [Fact]
    public void It_grows_at_once_and_does_not_swing_with_every_day()
    {
        var eight = Lookback.Learn(At(age: 7), null)!;

        Assert.Equal((8, "95 % of the 40 changes that Meta made within 28 days concerned days of the last 8"), (eight.Days, eight.Reason));
        Assert.Equal(9, Lookback.Learn(At(age: 8), eight)!.Days);
        Assert.Same(eight, Lookback.Learn(At(age: 7), eight));
        Assert.Same(eight, Lookback.Learn(At(age: 6), eight));
        Assert.Equal(6, Lookback.Learn(At(age: 5), eight)!.Days);
        Assert.Same(eight, Lookback.Learn([], eight));
        Assert.Null(Lookback.Learn([0, 10, 9], null));
    }

    [Fact]
    public void A_learned_lookback_lengthens_the_windows_of_tier_and_fresh_and_shortens_none()
    {
        var settings = AccountModel.Settings() with { Lookback = new LearnedLookback(8, "so it is") };
        var model = new AccountModel(settings);

        Assert.Equal("2026-11-15..2026-11-22", Window(settings, SyncJob.Tier));
        Assert.Equal("2026-11-15..2026-11-21", Window(settings, SyncJob.Fresh));
        Assert.Equal("2026-10-25..2026-11-21", Window(settings, SyncJob.Deep));
        Assert.Equal("2026-11-16..2026-11-21", Window(settings with { Lookback = new LearnedLookback(2, "") }, SyncJob.Fresh));
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Text.Contains("8 days instead of 2, since so it is.", StringComparison.Ordinal));

        string Window(AccountSettings from, SyncJob job) => SyncPlan.For(job, from.PlanInputs, null, model.Now).Window.ToString();
    }

    // Forty changed days of one age.
    private static int[] At(int age)
    {
        var changes = new int[29];
        changes[age] = 40;
        return changes;
    }
}
