using System.Collections.Immutable;

namespace MetaGrains.Core.Completeness;

/// <summary>Numbers that add up over the rows of a day.</summary>
/// <param name="Spend">In the account's currency.</param>
/// <param name="Impressions">Impressions.</param>
/// <param name="Clicks">Clicks.</param>
public readonly record struct DayTotals(decimal Spend, long Impressions, long Clicks)
{
    /// <summary>The names of the metrics, in the order of <see cref="Values"/>.</summary>
    public static ImmutableArray<string> Metrics { get; } = ["spend", "impressions", "clicks"];

    /// <summary>The metrics as numbers.</summary>
    public ImmutableArray<decimal> Values => [Spend, Impressions, Clicks];
}

/// <summary>What a day of a staged slice looks like beside what is known of it.</summary>
/// <param name="Date">The day.</param>
/// <param name="Closed">Whether it was published before after it was over: what is held of it is whole.</param>
/// <param name="StagedRows">Rows that the pull answered.</param>
/// <param name="StagedKeys">Names the set of those rows: equal for equal sets.</param>
/// <param name="StagedTotals">Their sums.</param>
/// <param name="HeldRows">Rows that are published.</param>
/// <param name="MissingRows">Rows that are published and that the pull did not answer.</param>
public sealed record DayFacts(
    DateOnly Date, bool Closed, long StagedRows, long StagedKeys, DayTotals StagedTotals, long HeldRows, long MissingRows)
{
    /// <summary>Whether the day is over now: before that, two answers of the same day differ by nature.</summary>
    public required bool Over { get; init; }

    /// <summary>What the account's own answer says of the day; null when it is not published or does not bound these rows.</summary>
    public DayTotals? AccountTotals { get; init; }

    /// <summary>What an earlier check found missing from the rows for good; null when nothing.</summary>
    public DayTotals? KnownUnattributed { get; init; }

    /// <summary>The set of rows of an earlier run's pull that was held back; null when none is.</summary>
    public long? HeldBackKeys { get; init; }
}

/// <summary>What is known of a staged slice before it is published.</summary>
/// <param name="Days">Every day of the slice, oldest first.</param>
public sealed record SliceEvidence(ImmutableArray<DayFacts> Days)
{
    /// <summary>Nothing is known, so nothing is doubted.</summary>
    public static SliceEvidence None { get; } = new([]);
}
