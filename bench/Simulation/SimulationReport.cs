namespace MetaGrains.Bench.Simulation;

/// <summary>Plays one simulation and says how it went.</summary>
internal static class SimulationReport
{
    /// <summary>The result's fields; what went wrong goes to standard error, with the command that plays it again.</summary>
    public static Dictionary<string, object?> Run(SimulationOptions options)
    {
        var started = TimeProvider.System.GetTimestamp();
        var before = Environment.CpuUsage.TotalTime;
        var result = new SimulatedWorld(options).Run();
        var (taken, used) = (TimeProvider.System.GetElapsedTime(started), Environment.CpuUsage.TotalTime - before);
        foreach (var violation in result.Violations)
            Console.Error.WriteLine(violation);
        if (result.ViolationCount > 0)
            Keep(options, result.Violations[0]);
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["seed"] = options.Seed,
            ["accounts"] = options.Accounts,
            ["tenants"] = options.Tenants,
            ["days"] = options.Days,
            ["violations"] = result.ViolationCount,
            ["worst"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["intervals_late"] = Math.Round(result.WorstIntervals.Fits, 2),
                ["intervals_late_short_of_budget"] = Math.Round(result.WorstIntervals.Short, 2),
                ["utilization_short_of_budget"] = Math.Round(result.Utilization, 4),
            },
            ["runs"] = result.Runs,
            ["calls"] = result.Calls,
            ["throttled"] = result.Throttles.Refused,
            ["throttle_episodes"] = result.Throttles.Episodes,
            ["events"] = result.Events,
            ["faults"] = result.Faults,
            ["simulated_seconds"] = Math.Round(taken.TotalSeconds, 1),
            ["cpu_seconds"] = Math.Round(used.TotalSeconds, 1),
            ["events_per_s"] = Math.Round(result.Events / Math.Max(used.TotalSeconds, 0.1)),
        };
    }

    // The world that failed may take a minute: what is kept is the smallest one in which it fails as well.
    private static void Keep(SimulationOptions options, string found)
    {
        Console.Error.WriteLine($"Play it again: {options.Replay}");
        if (Environment.GetEnvironmentVariable("METAGRAINS_ROOT") is not { } root || !Directory.Exists(root))
            return;
        var kept = KeptSeeds.Smallest(options, smaller => new SimulatedWorld(smaller).Run().ViolationCount > 0);
        KeptSeeds.Keep(Path.Combine(root, KeptSeeds.Path), kept, found);
        Console.Error.WriteLine($"Kept in {KeptSeeds.Path}: {kept.Replay}");
    }
}
