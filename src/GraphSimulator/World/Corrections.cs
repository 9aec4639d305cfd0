using System.Collections.Concurrent;

namespace MetaGrains.GraphSimulator.World;

/// <summary>What was changed about one ad-day after the fact: Meta restates days for weeks.</summary>
/// <param name="Removed">The world's own delivery no longer counts.</param>
internal sealed record Correction(bool Removed, long SpendMinor, long Impressions, long Clicks)
{
    public static Correction None { get; } = new(false, 0, 0, 0);

    /// <summary>Whether a row is left, given whether the world had one.</summary>
    public bool Leaves(bool produced) => (produced && !Removed) || SpendMinor > 0 || Impressions > 0 || Clicks > 0;

    public void Apply(AdDay day)
    {
        var reachable = day.Reach == 0 ? day.Impressions + Impressions : day.Reach;
        day.SpendMinor += SpendMinor;
        day.Impressions += Impressions;
        day.Clicks += Clicks;
        day.Reach = Math.Min(reachable, day.Impressions);
    }
}

/// <summary>What was changed about one account: corrections by ad and date, and its objects.</summary>
internal sealed class AccountCorrections
{
    public EntityChanges Entities { get; } = new();

    private readonly ConcurrentDictionary<(long Ad, int Day), Correction> _byAdDay = new();

    public bool TryFind(long adId, DateOnly date, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Correction? correction) =>
        _byAdDay.TryGetValue((adId, date.DayNumber), out correction);

    /// <summary>Replaces the correction of an ad-day by what <paramref name="change"/> makes of it.</summary>
    public void Change(long adId, DateOnly date, Func<Correction, Correction> change) =>
        _byAdDay.AddOrUpdate((adId, date.DayNumber), _ => change(Correction.None), (_, current) => change(current));
}
