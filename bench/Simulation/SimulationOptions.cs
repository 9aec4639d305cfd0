namespace MetaGrains.Bench.Simulation;

/// <summary>What is simulated. The same options are the same events, one by one.</summary>
/// <param name="Seed">Chance.</param>
/// <param name="Accounts">Accounts over all tenants.</param>
/// <param name="Days">Days of virtual time.</param>
/// <param name="Tenants">Tenants.</param>
/// <param name="Faults">Whether anything breaks.</param>
internal sealed record SimulationOptions(int Seed, int Accounts, int Days, int Tenants = 50, bool Faults = true)
{
    /// <summary>The share of the time in which things break; the rest shows whether all is well again.</summary>
    public const double FaultShare = 0.7;

    /// <summary>Meta's limits, as a share of what the tenants believe. Default: 1.</summary>
    public double LimitFactor { get; init; } = 1;

    /// <summary>The command that plays it again.</summary>
    public string Replay => $"./metagrains simulate --seed {Seed} --accounts {Accounts} --tenants {Tenants} --days {Days}";
}

/// <summary>How it went.</summary>
internal sealed record SimulationResult
{
    public required SimulationOptions Options { get; init; }

    /// <summary>What must never happen and did, the first of each kind; with the moment.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>How often it happened.</summary>
    public required int ViolationCount { get; init; }

    public required long Events { get; init; }

    public required long Runs { get; init; }

    public required long Calls { get; init; }

    /// <summary>Calls that Meta refused for a limit, and the stretches of them.</summary>
    public required (long Refused, long Episodes) Throttles { get; init; }

    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>The oldest data at the end, in intervals of its tier, of tenants whose demand fits and of the others.</summary>
    public required (double Fits, double Short) WorstIntervals { get; init; }

    /// <summary>The best use of an allowance where demand exceeds it.</summary>
    public required double Utilization { get; init; }
}
