using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tiers;

/// <summary>Tiers are rows, so only PostgreSQL knows their names.</summary>
internal static class TierRules
{
    /// <exception cref="ProblemException">There is no such tier; the fix lists those that are.</exception>
    public static async Task RequireAsync(string field, string? tier, TierStore tiers, CancellationToken cancellationToken)
    {
        if (tier is null)
            return;
        var faults = new Faults();
        faults.OneOf(field, tier, [.. (await tiers.ListAsync(cancellationToken)).Select(known => known.Name)]);
        faults.Throw();
    }
}
