using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>Everything that was recorded about one account, checked and in memory.</summary>
internal sealed class RecordedBooks
{
    public required long Number { get; init; }

    public required string Name { get; init; }

    public required string? BusinessName { get; init; }

    public required Currency Currency { get; init; }

    public required IReadOnlyList<AdEntity> Campaigns { get; init; }

    public required IReadOnlyList<AdEntity> AdSets { get; init; }

    public required IReadOnlyList<AdEntity> Ads { get; init; }

    public required ActionCatalog Actions { get; init; }

    public required IReadOnlyDictionary<(long Ad, DateOnly Date), RecordedDay> Days { get; init; }

    /// <summary>Reach of ad sets and campaigns by day: de-duplicated by Meta, so it cannot be worked out from the ads.</summary>
    public required IReadOnlyDictionary<(long Entity, DateOnly Date), long> Reach { get; init; }
}

/// <summary>One recorded ad-day.</summary>
internal sealed record RecordedDay(long SpendMinor, long Impressions, long Clicks, long Reach)
{
    /// <summary>What was counted: place in the catalog and number.</summary>
    public List<(int Kind, long Count)> Actions { get; } = [];
}
