using MetaGrains.Bench.Virtual;

namespace MetaGrains.Bench.Budget;

/// <summary>A way to spend a budget of calls.</summary>
internal interface IContestant
{
    /// <summary>Its name in the results.</summary>
    string Name { get; }

    /// <summary>The share of the limit that it allows itself to use.</summary>
    double AllowedShare { get; }

    /// <summary>Begins to work; everything else happens in virtual time.</summary>
    void Start(VirtualTime time, VirtualMeta meta, BudgetLoad load, Freshness freshness);
}
