using MetaGrains.Bench.Simulation;

namespace MetaGrains.Simulation.Tests;

public sealed class SimulationTests
{
    // Seeds that failed once stay here for ever, with what they found.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void Whatever_breaks_what_must_hold_holds(int seed) => Assert.Empty(Play(new SimulationOptions(seed, Accounts: 240, Days: 4, Tenants: 10)).Violations);

    [Fact]
    public void Where_nothing_breaks_nobody_is_refused_and_everybody_is_fresh()
    {
        var result = Play(new SimulationOptions(4, Accounts: 240, Days: 2, Tenants: 10, Faults: false));

        Assert.Empty(result.Violations);
        Assert.Equal((0, 0), result.Throttles);
        Assert.InRange(result.WorstIntervals.Fits, 0, 2);
    }

    [Fact]
    public void The_same_seed_is_the_same_events()
    {
        var options = new SimulationOptions(5, Accounts: 100, Days: 2, Tenants: 5);

        var (one, other) = (Play(options), Play(options));

        Assert.Equal((one.Events, one.Calls, one.Runs, one.Throttles), (other.Events, other.Calls, other.Runs, other.Throttles));
        Assert.NotEqual(one.Events, Play(options with { Seed = 6 }).Events);
    }

    [Fact]
    public void A_limit_that_is_smaller_than_the_tenants_believe_is_found_as_a_violation()
    {
        var result = Play(new SimulationOptions(7, Accounts: 100, Days: 1, Tenants: 5, Faults: false) { LimitFactor = 0.4 });

        Assert.Contains(result.Violations, violation => violation.Contains("a limit was exceeded that nobody else used", StringComparison.Ordinal));
    }

    private static SimulationResult Play(SimulationOptions options) => new SimulatedWorld(options).Run();
}
