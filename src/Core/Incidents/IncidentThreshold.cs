namespace MetaGrains.Core.Incidents;

/// <summary>When failures of many accounts are one incident.</summary>
public sealed record IncidentThreshold
{
    /// <summary>Failures within this time count together. Default: 5 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Fewest accounts. Default: 5.</summary>
    public int LeastAccounts { get; init; } = 5;

    /// <summary>Smallest share of the accounts that were active within the window. Default: 0.2.</summary>
    public double LeastShare { get; init; } = 0.2;

    /// <summary>How many times as many accounts as the error has in an ordinary window. Default: 3.</summary>
    public double OverOrdinary { get; init; } = 3;

    /// <summary>How soon what is ordinary is forgotten: half of it in this time. Default: 1 h.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromHours(1);
}
