using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tiers;

/// <summary>Tiers are rows, so only PostgreSQL knows their names.</summary>
internal static class TierRules
{
    /// <summary>What an account may be moved to beside the tiers: it then moves by what happens in it.</summary>
    public const string Auto = "auto";

    /// <exception cref="ProblemException">It is no tier, and not <see cref="Auto"/>.</exception>
    public static Task RequireChoiceAsync(string field, string? tier, TierStore tiers, CancellationToken cancellationToken) =>
        RequireAsync(field, tier, tiers, [Auto], cancellationToken);

    /// <exception cref="ProblemException">There is no such tier; the fix lists those that are.</exception>
    public static Task RequireAsync(string field, string? tier, TierStore tiers, CancellationToken cancellationToken) =>
        RequireAsync(field, tier, tiers, [], cancellationToken);

    private static async Task RequireAsync(string field, string? tier, TierStore tiers, string[] besides, CancellationToken cancellationToken)
    {
        if (tier is null)
            return;
        var faults = new Faults();
        faults.OneOf(field, tier, [.. (await tiers.ListAsync(cancellationToken)).Select(known => known.Name), .. besides]);
        faults.Throw();
    }
}
