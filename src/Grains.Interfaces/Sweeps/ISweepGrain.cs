namespace MetaGrains.Grains.Interfaces.Sweeps;

/// <summary>
/// Wakes accounts that are overdue: a reminder's tick that fell into an outage is lost, a due time in PostgreSQL is not.
/// Key format: <c>sweep/{nn}</c>, 00 to 63; an account belongs to one for ever.
/// </summary>
[Alias("metagrains.ISweepGrain")]
public interface ISweepGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that the sweep wakes itself; asking again changes nothing.</summary>
    [Alias("Ensure")]
    Task EnsureAsync();

    /// <summary>Wakes now whoever is due now, without waiting for the grace time.</summary>
    [Alias("Run")]
    Task<SweepReport> RunAsync();
}

/// <summary>What a sweep did.</summary>
/// <param name="Due">Accounts of the sweep that were due.</param>
/// <param name="Woken">Those that were told.</param>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.SweepReport")]
public sealed record SweepReport([property: Id(0)] int Due, [property: Id(1)] int Woken);
