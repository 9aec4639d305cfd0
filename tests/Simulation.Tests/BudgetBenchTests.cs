using MetaGrains.Bench.Budget;
using MetaGrains.Core.Budget;

namespace MetaGrains.Simulation.Tests;

public sealed class BudgetBenchTests
{
    private static readonly BudgetLoad Load = new(PerTier: 50, CallsPerHour: 200, Hours: 24);

    [Theory]
    [InlineData(BudgetMode.Fixed)]
    [InlineData(BudgetMode.Meta)]
    public void Where_demand_exceeds_the_allowance_97_percent_of_it_are_used_and_nothing_is_refused(BudgetMode mode)
    {
        var game = BudgetGame.Play(new OurContestant(mode), Load, others: 0);

        Assert.True(Load.DemandPerHour > Load.CallsPerHour);
        // In mode meta the size of the limit is learned, to a hundredth or two.
        Assert.InRange(game.Utilization, 0.97, mode == BudgetMode.Fixed ? 1 : 1.03);
        Assert.Equal((0, 0), (game.Meta.Refused, game.Meta.WhileBlocked));
    }

    [Theory]
    [InlineData(BudgetMode.Fixed)]
    [InlineData(BudgetMode.Meta)]
    public void Where_others_take_a_share_a_block_is_met_once_and_no_call_goes_into_it(BudgetMode mode)
    {
        var game = BudgetGame.Play(new OurContestant(mode), Load, OthersLoad.MostShare);

        Assert.Equal(0, game.Meta.WhileBlocked);
        // Calls that were in flight when the first was refused.
        Assert.InRange(game.Meta.Refused, 0, (game.Meta.Episodes * 1.2) + 1);
    }

    [Fact]
    public void A_rival_that_knows_no_limit_is_refused()
    {
        var game = BudgetGame.Play(new WorkerRival("none", 1, () => [new FixedCap(1_000)]), Load, others: 0);

        Assert.True(game.Meta.Refused > 0);
    }
}
