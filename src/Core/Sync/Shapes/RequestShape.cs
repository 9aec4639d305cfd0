using System.Collections.Immutable;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>
/// How large one request of a report may be for one account: what Meta's refusals taught, as plain values that a caller
/// stores by account and report. <see cref="ShapeLadder"/> makes the next shape, <see cref="ShapePlan"/> the requests.
/// </summary>
public sealed record RequestShape
{
    /// <summary>Whether to ask by an asynchronous report.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>Days of one request, at most; from 1.</summary>
    public required int Days { get; init; }

    /// <summary><c>limit</c> of a page.</summary>
    public required int PageLimit { get; init; }

    /// <summary>Into how many parts the objects are cut by <c>filtering</c>: 1, 2, 4 …</summary>
    public int Parts { get; init; } = 1;

    /// <summary>Fields that are left out while it is found out which of them cannot be fetched.</summary>
    public ImmutableArray<string> Suspects { get; init; } = [];

    /// <summary>The suspect that is asked for again, alone of all, to see whether it can be fetched; null when none is.</summary>
    public string? Trial { get; init; }

    /// <summary>Fields that cannot be fetched: left out, and named on every row that lacks them.</summary>
    public ImmutableArray<string> Lost { get; init; } = [];

    /// <summary>Answers in a row that came without a complaint about size.</summary>
    public int Streak { get; init; }

    /// <summary>How long the streak must be before the request may grow by one rung; doubles when that went wrong.</summary>
    public int Patience { get; init; } = ShapeLadder.FirstPatience;

    /// <summary>Whether the last step was one upwards, not yet proven.</summary>
    public bool Grown { get; init; }

    /// <summary>The fields that a row of this shape lacks: its mark, so that none is silently null.</summary>
    public ImmutableArray<string> Incomplete => [.. Suspects.Where(name => name != Trial).Concat(Lost).Order(StringComparer.Ordinal)];

    /// <summary>Whether a field is asked for.</summary>
    public bool Asks(string name) => name == Trial || !(Suspects.Contains(name) || Lost.Contains(name));

    /// <inheritdoc />
    public bool Equals(RequestShape? other) =>
        other is not null && Asynchronous == other.Asynchronous && Days == other.Days && PageLimit == other.PageLimit && Parts == other.Parts
        && Trial == other.Trial && Streak == other.Streak && Patience == other.Patience && Grown == other.Grown
        && Suspects.SequenceEqual(other.Suspects) && Lost.SequenceEqual(other.Lost);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Asynchronous, Days, PageLimit, Parts, Trial, Suspects.Length, Lost.Length);
}
