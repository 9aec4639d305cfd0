using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Attribution windows that a row may show beside <c>value</c>.</summary>
[Flags]
internal enum Windows
{
    None = 0,
    Click1 = 1,
    Click7 = 2,
    Click28 = 4,
    View1 = 8,
}

/// <summary>What an insights call asks for, checked.</summary>
internal sealed class InsightsQuery
{
    public required AdAccount Account { get; init; }

    /// <summary>What one row describes; null for the account.</summary>
    public required EntityKind? Level { get; init; }

    public required IReadOnlyList<InsightsField> Fields { get; init; }

    public required IReadOnlyList<DaySpan> Periods { get; init; }

    /// <summary>The objects that have a row each, and the ads that count for it.</summary>
    public required IReadOnlyList<RowGroup> Groups { get; init; }

    public required InsightsFilters Filters { get; init; }

    public required Windows Windows { get; init; }

    public required BreakdownChoice Breakdown { get; init; }

    public BreakdownShares? Shares => Breakdown.Shares;

    public required ActionSplit? Split { get; init; }

    /// <summary>Place of the first row of the page.</summary>
    public required long Skip { get; init; }

    public required int Take { get; init; }

    /// <summary>The same question with all that counts in one row.</summary>
    public InsightsQuery Whole(IReadOnlyList<InsightsField> fields) => new()
    {
        Account = Account,
        Level = null,
        Fields = fields,
        Periods = [new DaySpan(Periods.Min(period => period.Since), Periods.Max(period => period.Until))],
        Groups = [new RowGroup(null, [.. Groups.SelectMany(group => group.Ads)])],
        Filters = Filters,
        Windows = Windows,
        Breakdown = Breakdown with { Shares = null },
        Split = Split,
        Skip = 0,
        Take = 1,
    };
}

/// <summary>An object of the query's level with its ads.</summary>
/// <param name="Entity">Null for the account.</param>
internal sealed record RowGroup(AdEntity? Entity, AdEntity[] Ads);
