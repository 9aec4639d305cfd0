using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class AutoTierTests
{
    private static readonly TierBounds Free = new(Priority.Low, Priority.High);

    private static readonly Gen<TierFacts> Facts =
        from spend in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 100_000))
        from yesterday in Gen.Choose(0, 100)
        from peers in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 100_000))
        from changes in Gen.Choose(0, 3)
        select new TierFacts(spend, spend * yesterday / 100m, peers, changes);

    private static readonly Gen<Priority?> Current = Gen.Elements<Priority?>(null, Priority.High, Priority.Medium, Priority.Low);

    [Theory]
    [InlineData(0, 0, 100, 0, "low", "it spent nothing and nothing changed in 7 days")]
    [InlineData(0, 0, 100, 3, "medium", "it spends nothing, and 3 objects changed in 7 days")]
    [InlineData(100, 15, 100, 0, "medium", "it spends as others do")]
    [InlineData(250, 30, 100, 0, "high", "it spends 2.5 times as much as an average account of its tenant")]
    [InlineData(70, 30, 100, 0, "high", "it spent 3.0 times its average day yesterday")]
    [InlineData(70, 10, 0, 0, "medium", "it spends as others do")]
    public void Spend_surge_and_activity_choose_the_tier(int spend, int yesterday, int peers, int changes, string tier, string reason)
    {
        var choice = AutoTier.Decide(new TierFacts(spend, yesterday, peers, changes), Priority.Medium, Free);

        Assert.Equal((tier, reason), (choice.Tier.WireName(), choice.Reason));
    }

    [Fact]
    public void Decided_again_by_the_same_facts_it_stays_where_it_is() =>
        Properties.Holds(
            from facts in Facts
            from current in Current
            select (facts, current),
            it =>
            {
                var first = AutoTier.Decide(it.facts, it.current, Free);

                Assert.Equal(first.Tier, AutoTier.Decide(it.facts, first.Tier, Free).Tier);
            }, tests: 2000);

    [Fact]
    public void What_swings_between_the_marks_does_not_move() =>
        Properties.Holds(
            from swings in Gen.Choose(126, 199).ArrayOf(20)
            from current in Gen.Elements(Priority.High, Priority.Medium)
            select (swings, current),
            it =>
            {
                var (tier, moves) = (it.current, 0);
                foreach (var percent in it.swings)
                {
                    var choice = AutoTier.Decide(new TierFacts(percent, percent / 7m, 100, 0), tier, Free);
                    moves += choice.Tier == tier ? 0 : 1;
                    tier = choice.Tier;
                }

                Assert.Equal(0, moves);
            });

    [Fact]
    public void It_never_leaves_its_tenants_bounds() =>
        Properties.Holds(
            from facts in Facts
            from current in Current
            from slowest in Gen.Elements(Priority.High, Priority.Medium, Priority.Low)
            from fastest in Gen.Elements(Priority.High, Priority.Medium, Priority.Low)
            select (facts, current, bounds: new TierBounds(slowest, fastest)),
            it =>
            {
                var choice = AutoTier.Decide(it.facts, it.current, it.bounds);

                Assert.InRange(choice.Tier, it.bounds.Fastest, it.bounds.Slowest > it.bounds.Fastest ? it.bounds.Slowest : it.bounds.Fastest);
                Assert.NotEmpty(choice.Reason);
            });
}
