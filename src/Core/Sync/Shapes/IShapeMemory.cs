using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>What is remembered of how one report of one account has to be asked for.</summary>
/// <param name="Shape">The shape that fitted last.</param>
/// <param name="LearnedAt">When a refusal last changed it; the first read until then.</param>
/// <param name="ForgivenAt">When its lost fields were last given another chance; null for never.</param>
/// <param name="RowsPerDay">Rows of a day, as last read: what the way of asking is chosen by.</param>
/// <param name="Words">The shape in words, for people; null when the report is asked for as a whole.</param>
public sealed record LearnedShape(RequestShape Shape, DateTimeOffset LearnedAt, DateTimeOffset? ForgivenAt, long RowsPerDay, string? Words);

/// <summary>Objects of an account that a question can be cut by.</summary>
/// <param name="Level">Their level: the report's own, or one above it.</param>
/// <param name="Ids">Their ids.</param>
public sealed record KnownObjects(InsightsLevel Level, IReadOnlyCollection<string> Ids)
{
    /// <summary>None at all.</summary>
    public static KnownObjects None { get; } = new(InsightsLevel.Account, []);
}

/// <summary>Where shapes are kept, by account and report, from run to run and over crashes.</summary>
public interface IShapeMemory
{
    /// <summary>What is known of a report; null when it was never read.</summary>
    ValueTask<LearnedShape?> FindAsync(AdAccountKey account, string report, CancellationToken cancellationToken);

    /// <summary>Keeps what was learned, in place of what was known.</summary>
    ValueTask KeepAsync(AdAccountKey account, string report, LearnedShape learned, CancellationToken cancellationToken);

    /// <summary>Ids of the account's objects at a level, as far as they are known.</summary>
    ValueTask<IReadOnlyCollection<string>> ObjectsAsync(AdAccountKey account, InsightsLevel level, CancellationToken cancellationToken);
}
