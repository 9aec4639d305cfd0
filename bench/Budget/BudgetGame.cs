using MetaGrains.Bench.Virtual;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Bench.Budget;

/// <summary>One contestant with one load, played to the end: Meta's books, and how fresh the accounts were.</summary>
internal sealed record BudgetGame(IContestant Contestant, BudgetLoad Load, VirtualMeta Meta, Freshness Fresh)
{
    private const int Seed = 20_261_122;

    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    public double CallsPerHour => (double)Meta.Calls / Load.Hours;

    /// <summary>Calls that Meta counted, of those that the contestant allows itself.</summary>
    public double Utilization => CallsPerHour / (Contestant.AllowedShare * Load.CallsPerHour);

    /// <param name="contestant">A new one.</param>
    /// <param name="load">What is to be read.</param>
    /// <param name="others">The share of the limit that somebody else takes at most.</param>
    public static BudgetGame Play(IContestant contestant, BudgetLoad load, double others)
    {
        var time = new VirtualTime(Begin);
        var meta = new VirtualMeta(time, LimitsOf(load), load.Accounts, Seed);
        var fresh = new Freshness(load, Begin);
        contestant.Start(time, meta, load, fresh);
        if (others > 0)
            new OthersLoad(time, meta, load.CallsPerHour * others, Seed).Start();
        time.RunUntil(Begin.AddHours(BudgetLoad.WarmUpHours));
        meta.ForgetBooks();
        fresh.Measuring = true;
        for (var minute = 1; minute <= load.Hours * 60; minute++)
        {
            time.RunUntil(Begin.AddHours(BudgetLoad.WarmUpHours).AddMinutes(minute));
            fresh.Look(time.Now);
        }

        return new BudgetGame(contestant, load, meta, fresh);
    }

    // The user and the app's insights have the same limit, so that who reads headers and who counts meet the same wall.
    private static SimulatedLimits LimitsOf(BudgetLoad load) => new()
    {
        Enforced = true,
        UserCallsPerHour = load.CallsPerHour,
        InsightsFactor = load.CallsPerHour / (190_000.0 * load.Accounts),
    };
}
