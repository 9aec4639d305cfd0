using System.Globalization;

namespace MetaGrains.Core.Schedule;

/// <summary>What an account's tier follows from, where it moves by itself.</summary>
/// <param name="Spend">Spend of the last 7 complete days, in the account's currency.</param>
/// <param name="SpendYesterday">Spend of yesterday, in the account's currency.</param>
/// <param name="PeerSpend">Spend of the same days of an average account of the tenant in this currency that delivered; zero where none did.</param>
/// <param name="Changes">Objects that were made or changed at Meta in these days.</param>
public readonly record struct TierFacts(decimal Spend, decimal SpendYesterday, decimal PeerSpend, long Changes);

/// <summary>The tiers between which an account may move.</summary>
/// <param name="Slowest">The slowest.</param>
/// <param name="Fastest">The fastest; where it is slower than <paramref name="Slowest"/>, it counts alone.</param>
public readonly record struct TierBounds(Priority Slowest, Priority Fastest)
{
    /// <summary>Every tier.</summary>
    public static TierBounds All { get; } = new(Priority.Low, Priority.High);
}

/// <summary>A tier that was chosen.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Reason">Why, for a person.</param>
public readonly record struct TierChoice(Priority Tier, string Reason);

/// <summary>
/// Which tier an account is in that moves by itself: HIGH for what spends much more than its peers or has just doubled, LOW
/// for what neither spends nor changes, MEDIUM for the rest. It leaves HIGH only when it is well below the mark that
/// brought it there, so that what swings around a mark does not move.
/// </summary>
public static class AutoTier
{
    /// <summary>Days that are looked at.</summary>
    public const int Days = 7;

    /// <summary>Times its peers' spend that make an account HIGH.</summary>
    public const decimal RiseShare = 2m;

    /// <summary>Times its peers' spend below which it is HIGH no more.</summary>
    public const decimal FallShare = 1.25m;

    /// <summary>Times its own average day that yesterday must be to make an account HIGH.</summary>
    public const decimal RiseSurge = 2m;

    /// <summary>Times its own average day below which it is HIGH no more.</summary>
    public const decimal FallSurge = 1.25m;

    /// <summary>Decides.</summary>
    /// <param name="current">The tier it is in; null for one of another name.</param>
    public static TierChoice Decide(TierFacts facts, Priority? current, TierBounds bounds)
    {
        var free = Free(facts, current);
        var slowest = bounds.Fastest > bounds.Slowest ? bounds.Fastest : bounds.Slowest;
        var tier = free.Tier < bounds.Fastest ? bounds.Fastest : free.Tier > slowest ? slowest : free.Tier;
        return tier == free.Tier ? free : new TierChoice(tier, $"{free.Reason}; its tenant's bounds make that {tier.WireName()}");
    }

    private static TierChoice Free(TierFacts facts, Priority? current)
    {
        if (facts is { Spend: 0, Changes: 0 })
            return new TierChoice(Priority.Low, $"it spent nothing and nothing changed in {Days} days");
        var share = facts.PeerSpend > 0 ? facts.Spend / facts.PeerSpend : 0;
        var surge = facts.Spend > 0 ? facts.SpendYesterday * Days / facts.Spend : 0;
        var isHigh = current == Priority.High;
        if (share >= (isHigh ? FallShare : RiseShare))
            return new TierChoice(Priority.High, $"it spends {Text(share)} times as much as an average account of its tenant");
        if (surge >= (isHigh ? FallSurge : RiseSurge))
            return new TierChoice(Priority.High, $"it spent {Text(surge)} times its average day yesterday");
        return new TierChoice(Priority.Medium, facts.Spend > 0 ? "it spends as others do" : $"it spends nothing, and {facts.Changes} objects changed in {Days} days");
    }

    private static string Text(decimal times) => times.ToString("0.0", CultureInfo.InvariantCulture);
}
