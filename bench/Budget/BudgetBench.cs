using MetaGrains.Core.Budget;

namespace MetaGrains.Bench.Budget;

/// <summary>
/// How much of an allowance is used, how often Meta refuses, and how fresh the accounts are: ours in both modes, and the
/// rules of others, with the same accounts, calls and limits, in virtual time. The limits are the simulator's own.
/// </summary>
internal static class BudgetBench
{
    private const int Workers = 3;

    // One and a half times what there is.
    private static readonly BudgetLoad Load = new(PerTier: 50, CallsPerHour: 200, Hours: 72);

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
        var alone = BudgetGame.Play(make(), Load, others: 0);
        var shared = BudgetGame.Play(make(), Load, OthersLoad.MostShare);
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["name"] = alone.Contestant.Name,
            ["utilization"] = Math.Round(alone.Utilization, 4),
            ["calls_per_h"] = Math.Round(alone.CallsPerHour, 1),
            ["throttled_alone"] = alone.Meta.Refused,
            ["throttled_shared"] = shared.Meta.Refused,
            ["episodes_shared"] = shared.Meta.Episodes,
            ["calls_while_blocked"] = alone.Meta.WhileBlocked + shared.Meta.WhileBlocked,
            ["refreshes_per_h"] = alone.Fresh.RefreshesPerHour(),
            ["staleness_p99_min"] = alone.Fresh.StalenessP99(),
            ["calls_per_fresh_row"] = Math.Round((double)alone.Meta.Calls / (alone.Fresh.Runs * BudgetLoad.RowsPerRun), 5),
            ["shared_calls_per_h"] = Math.Round(shared.CallsPerHour, 1),
            ["shared_refreshes_per_h"] = shared.Fresh.RefreshesPerHour(),
        };
    }
}
