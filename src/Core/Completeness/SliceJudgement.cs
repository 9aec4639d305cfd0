using System.Collections.Immutable;

namespace MetaGrains.Core.Completeness;

/// <summary>How the rows of a day compare with the account's own total.</summary>
public enum CompletenessVerdict
{
    /// <summary>They add up to it.</summary>
    Match,

    /// <summary>They do not, and a second pull with archived objects found the same: it belongs to objects that Meta does not answer any more.</summary>
    Unattributed,

    /// <summary>They do not, and the difference changes: something is still to come.</summary>
    Gap,

    /// <summary>The pull answered fewer rows than we hold of a settled day, and no second pull has confirmed it: the day stays as it was.</summary>
    Held,
}

/// <summary>The names that SQL uses for verdicts.</summary>
public static class CompletenessVerdicts
{
    /// <summary><c>match</c>, <c>unattributed</c>, <c>gap</c> or <c>held</c>.</summary>
    public static string WireName(this CompletenessVerdict verdict) => verdict switch
    {
        CompletenessVerdict.Match => "match",
        CompletenessVerdict.Unattributed => "unattributed",
        CompletenessVerdict.Gap => "gap",
        CompletenessVerdict.Held => "held",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Unknown verdict."),
    };
}

/// <summary>One row of <c>meta_reconciliation</c>.</summary>
/// <param name="Date">The day.</param>
/// <param name="Metric"><c>spend</c>, <c>impressions</c> or <c>clicks</c>; <c>rows</c> for a day that is held back.</param>
/// <param name="AccountTotal">What the account's own answer says; the rows that we hold, for <c>rows</c>.</param>
/// <param name="RowsTotal">What the rows add up to; the rows that were answered, for <c>rows</c>.</param>
/// <param name="Verdict">How they compare.</param>
public sealed record CompletenessFinding(DateOnly Date, string Metric, decimal AccountTotal, decimal RowsTotal, CompletenessVerdict Verdict)
{
    /// <summary>What no row explains.</summary>
    public decimal Unattributed => AccountTotal - RowsTotal;

    /// <summary>The set of rows that was held back; null for other verdicts.</summary>
    public long? HeldBackKeys { get; init; }
}

/// <summary>What is to be done with a staged slice.</summary>
public sealed record SliceJudgement
{
    /// <summary>Publish all of it; there is nothing to say.</summary>
    public static SliceJudgement Publish { get; } = new();

    /// <summary>Whether the slice is to be pulled a second time, with archived objects, before anything is published.</summary>
    public bool PullAgain { get; init; }

    /// <summary>Days that stay as they were; every other day is published.</summary>
    public ImmutableArray<DateOnly> HeldDays { get; init; } = [];

    /// <summary>Days that an earlier run held back and that are published now.</summary>
    public ImmutableArray<DateOnly> ReleasedDays { get; init; } = [];

    /// <summary>The newest day for which archived objects had to be asked for; null when they made no difference.</summary>
    public DateOnly? ArchivedUntil { get; init; }

    /// <summary>What is written down with the publish.</summary>
    public ImmutableArray<CompletenessFinding> Findings { get; init; } = [];
}
