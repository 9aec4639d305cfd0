namespace MetaGrains.Bench.Simulation;

/// <summary>Plays one simulation and says how it went.</summary>
internal static class SimulationReport
{
    /// <summary>The result's fields; what went wrong goes to standard error, with the command that plays it again.</summary>
    public static Dictionary<string, object?> Run(SimulationOptions options)
    {
        var started = TimeProvider.System.GetTimestamp();
        var result = new SimulatedWorld(options).Run();
        foreach (var violation in result.Violations)
            Console.Error.WriteLine(violation);
        if (result.ViolationCount > 0)
            Console.Error.WriteLine($"Play it again: {options.Replay}");
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
            ["simulated_seconds"] = Math.Round(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 1),
        };
    }
}
