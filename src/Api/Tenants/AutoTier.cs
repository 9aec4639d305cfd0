using MetaGrains.Api.Problems;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Api.Tenants;

/// <summary>Between which tiers the accounts of a tenant move that are in tier auto.</summary>
/// <param name="Min">The slowest: high, medium or low.</param>
/// <param name="Max">The fastest.</param>
public sealed record AutoTierBounds(string Min, string Max)
{
    internal static AutoTierBounds Of(TierBounds bounds) => new(bounds.Slowest.WireName(), bounds.Fastest.WireName());
}

/// <summary>Between which tiers the accounts of a tenant may move that are in tier auto.</summary>
public sealed record NewAutoTier
{
    // The fastest first, as ranks are.
    private static readonly Priority[] Ranks = [Priority.High, Priority.Medium, Priority.Low];
    private static readonly string[] Names = [.. Ranks.Select(rank => rank.WireName())];

    /// <summary>The slowest: high, medium or low.</summary>
    public required string Min { get; init; }

    /// <summary>The fastest: high, medium or low, and not slower than min.</summary>
    public required string Max { get; init; }

    /// <summary>Good after <see cref="Check"/> found nothing.</summary>
    internal TierBounds Bounds => new(Ranks[Array.IndexOf(Names, Min)], Ranks[Array.IndexOf(Names, Max)]);

    internal void Check(Faults faults)
    {
        faults.OneOf("auto_tier.min", Min, Names);
        faults.OneOf("auto_tier.max", Max, Names);
        var (slowest, fastest) = (Array.IndexOf(Names, Min), Array.IndexOf(Names, Max));
        if (slowest >= 0 && fastest > slowest)
            faults.Add("auto_tier.max", $"max {Max} is slower than min {Min}.", "min is the slowest tier and max the fastest: swap them, or send the same for both.");
    }
}
