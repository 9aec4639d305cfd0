using MetaGrains.Bench.Simulation;

namespace MetaGrains.Simulation.Tests;

public sealed class SimulationTests
{
    public static IEnumerable<object[]> Kept =>
        KeptSeeds.Read(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "seeds.txt")))
            .Select(kept => new object[] { kept.Seed, kept.Accounts, kept.Tenants, kept.Days });

    [Theory]
    [MemberData(nameof(Kept))]
    public void Whatever_breaks_what_must_hold_holds(int seed, int accounts, int tenants, int days) =>
        Assert.Empty(Play(new SimulationOptions(seed, accounts, days, tenants)).Violations);

    [Fact]
    public void A_simulation_that_fails_is_kept_once_in_the_smallest_world_in_which_it_fails()
    {
        var failed = new SimulationOptions(9, Accounts: 10_000, Days: 7, Tenants: 50);
        var file = Path.GetTempFileName();

        var smallest = KeptSeeds.Smallest(failed, smaller => smaller is { Accounts: >= 1_000, Days: >= 3 });
        KeptSeeds.Keep(file, smallest, "what was found");
        KeptSeeds.Keep(file, smallest, "what was found");
        var kept = KeptSeeds.Read(File.ReadLines(file)).ToArray();
        File.Delete(file);

        Assert.Equal([new SimulationOptions(9, Accounts: 1_250, Days: 3, Tenants: 6)], kept);
    }

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
