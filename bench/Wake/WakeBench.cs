namespace MetaGrains.Bench.Wake;

/// <summary>
/// Very many grains that wake themselves once an interval and durably advance their due time; beside it, at equal
/// numbers, Quartz.NET on the same PostgreSQL, and the limit, an index of due times that is claimed without any actor.
/// </summary>
internal sealed class WakeBench(string databaseUrl, WakeOptions options)
{
    private const int FirstOfQuartz = 5_000;

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        var figures = new Dictionary<string, object?>
        {
            ["accounts"] = options.Accounts,
            ["interval_s"] = options.Interval.TotalSeconds,
            ["intervals"] = options.Intervals,
            ["grain"] = "reminder, due time and ScheduleWriter of the product, without a sync",
        };
        WakeOutcome? first = null;
        foreach (var silos in options.Silos)
        {
            var ours = await RunAsync(Contestants.Grains, silos, options.Accounts, options.Intervals);
            first ??= ours;
            Add(figures, $"silos_{silos}", ours);
        }

        var limit = await RunAsync(Contestants.Claims, Processes, options.Accounts, options.Intervals);
        Add(figures, "limit", limit);
        figures["cpu_of_limit"] = Math.Round(limit.WakesPerCpuSecond / first!.WakesPerCpuSecond, 2);
        if (options.WithQuartz)
            await CompareWithQuartzAsync(figures, first);
        return figures;
    }

    private int Processes => options.Silos[0];

    private async Task CompareWithQuartzAsync(Dictionary<string, object?> figures, WakeOutcome first)
    {
        var accounts = options.QuartzAccounts > 0 ? options.QuartzAccounts : await MostOfQuartzAsync();
        figures["quartz_accounts"] = accounts;
        if (accounts == 0)
            return;
        var quartz = await RunAsync(Contestants.Quartz, Processes, accounts, options.Intervals);
        Add(figures, "quartz", quartz);
        var ours = accounts == options.Accounts ? first : await RunAsync(Contestants.Grains, Processes, accounts, options.Intervals);
        Add(figures, "at_quartz_accounts", ours);
        figures["times_quartz"] = Math.Round(ours.WakesPerCpuSecond / quartz.WakesPerCpuSecond, 2);
    }

    // Twice as many again and again, for an interval each, until some are missed.
    private async Task<int> MostOfQuartzAsync()
    {
        var most = 0;
        for (var accounts = Math.Min(FirstOfQuartz, options.Accounts); ; accounts = Math.Min(2 * accounts, options.Accounts))
        {
            var outcome = await RunAsync(Contestants.Quartz, Processes, accounts, intervals: 1);
            if (outcome.Missed > 0 || accounts == options.Accounts)
                return outcome.Missed > 0 ? most : accounts;
            most = accounts;
        }
    }

    private async Task<WakeOutcome> RunAsync(string contestant, int processes, int accounts, int intervals)
    {
        var outcome = await new WakeRun(databaseUrl, contestant, processes, accounts, options.Interval, intervals).RunAsync();
        await Console.Error.WriteLineAsync(
            $"metagrains: {outcome.Missed:N0} missed, {outcome.Duplicates:N0} twice, p99 {outcome.LagP99:N0} ms late, {outcome.WakesPerCpuSecond:N0} wakes per second of CPU");
        return outcome;
    }

    private static void Add(Dictionary<string, object?> figures, string prefix, WakeOutcome outcome)
    {
        foreach (var (name, value) in outcome.Figures(prefix))
            figures[name] = value;
    }
}
