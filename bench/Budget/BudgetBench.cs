using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Bench.Budget;

/// <summary>
/// How much of an allowance is used, how often Meta refuses, and how fresh the accounts are: ours in both modes, and the
/// rules of others, with the same accounts, calls and limits, in virtual time. The limits are the simulator's own.
/// </summary>
internal static class BudgetBench
{
    private const int Workers = 3;
    private const int Seed = 20_261_122;

    // One and a half times what there is.
    private static readonly BudgetLoad Load = new(PerTier: 50, CallsPerHour: 200, Hours: 72);

    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    public static Dictionary<string, object?> Run()
    {
        Func<IContestant>[] rivals =
        [
            () => new OurContestant(BudgetMode.Meta),
            () => new WorkerRival("fixed_cap_180", 0.90, () => { var cap = new FixedCap(Load.CallsPerHour * 9 / 10); return [cap, cap, cap]; }),
            () => new WorkerRival("sleep_on_header_95", 0.95, () => [.. Enumerable.Range(0, Workers).Select(_ => new HeaderSleep())]),
            () => new WorkerRival("aimd", 1, () => { var aimd = new Aimd(Load.CallsPerHour); return [aimd, aimd, aimd]; }),
        ];
        var figures = Measure(() => new OurContestant(BudgetMode.Fixed));
        figures.Add("load", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["accounts"] = Load.Accounts,
            ["calls_per_run"] = BudgetLoad.CallsPerRun,
            ["limit_per_h"] = Load.CallsPerHour,
            ["demand_per_h"] = Math.Round(Load.DemandPerHour, 1),
            ["hours"] = Load.Hours,
        });
        figures.Add("rivals", rivals.Select(Measure).ToArray());
        foreach (var (name, value) in AskBench.Run())
            figures.Add(name, value);
        return figures;
    }

    private static Dictionary<string, object?> Measure(Func<IContestant> make)
    {
        var (alone, name, share) = Play(make(), 0);
        var (shared, _, _) = Play(make(), OthersLoad.MostShare);
        var calls = (double)alone.Meta.Calls / Load.Hours;
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["utilization"] = Math.Round(calls / (share * Load.CallsPerHour), 4),
            ["calls_per_h"] = Math.Round(calls, 1),
            ["throttled_alone"] = alone.Meta.Refused,
            ["throttled_shared"] = shared.Meta.Refused,
            ["episodes_shared"] = shared.Meta.Episodes,
            ["calls_while_blocked"] = alone.Meta.WhileBlocked + shared.Meta.WhileBlocked,
            ["refreshes_per_h"] = alone.Fresh.RefreshesPerHour(),
            ["staleness_p99_min"] = alone.Fresh.StalenessP99(),
            ["calls_per_fresh_row"] = Math.Round((double)alone.Meta.Calls / (alone.Fresh.Runs * BudgetLoad.RowsPerRun), 5),
            ["shared_calls_per_h"] = Math.Round((double)shared.Meta.Calls / Load.Hours, 1),
            ["shared_refreshes_per_h"] = shared.Fresh.RefreshesPerHour(),
        };
    }

    private static ((VirtualMeta Meta, Freshness Fresh) Game, string Name, double Share) Play(IContestant contestant, double others)
    {
        var time = new VirtualTime(Begin);
        var meta = new VirtualMeta(time, LimitsOf(Load), Load.Accounts, Seed);
        var fresh = new Freshness(Load, Begin);
        contestant.Start(time, meta, Load, fresh);
        if (others > 0)
            new OthersLoad(time, meta, Load.CallsPerHour * others, Seed).Start();
        time.RunUntil(Begin.AddHours(BudgetLoad.WarmUpHours));
        meta.ForgetBooks();
        fresh.Measuring = true;
        for (var minute = 1; minute <= Load.Hours * 60; minute++)
        {
            time.RunUntil(Begin.AddHours(BudgetLoad.WarmUpHours).AddMinutes(minute));
            fresh.Look(time.Now);
        }

        return ((meta, fresh), contestant.Name, contestant.AllowedShare);
    }

    // The user and the app's insights have the same limit, so that who reads headers and who counts meet the same wall.
    private static SimulatedLimits LimitsOf(BudgetLoad load) => new()
    {
        Enforced = true,
        UserCallsPerHour = load.CallsPerHour,
        InsightsFactor = load.CallsPerHour / (190_000.0 * load.Accounts),
    };
}

/// <summary>Somebody else with the same user and app: a rate that changes each hour between nothing and a share of the limit.</summary>
internal sealed class OthersLoad(VirtualTime time, VirtualMeta meta, double mostPerHour, int seed)
{
    /// <summary>The most that the others take.</summary>
    public const double MostShare = 0.6;

    private readonly Random _chance = new(seed);
    private double _perHour;

    public void Start()
    {
        Change();
        Call();
    }

    private void Change()
    {
        _perHour = Math.Max(1, _chance.NextDouble() * mostPerHour);
        time.In(TimeSpan.FromHours(1), Change);
    }

    private void Call() => time.In(TimeSpan.FromHours(-Math.Log(1 - _chance.NextDouble()) / _perHour), () =>
    {
        meta.CallOfOthers(1);
        Call();
    });
}
