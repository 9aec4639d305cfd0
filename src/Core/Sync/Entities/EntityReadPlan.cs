namespace MetaGrains.Core.Sync.Entities;

/// <summary>How a kind of objects is read this time.</summary>
/// <param name="Whole">
/// Whether all that is alive is listed, and compared with what is held. What changes without a change of
/// <c>updated_time</c> (an effective status that follows a parent, an issue, a creative), and what was deleted, shows in
/// no list of changes.
/// </param>
/// <param name="ChangedSince">Where lists of changes begin; null when there is nothing to begin from.</param>
public readonly record struct EntityReadPlan(bool Whole, DateTimeOffset? ChangedSince)
{
    /// <summary>Meta's clock and ours differ, and a change may show late.</summary>
    public static TimeSpan Overlap { get; } = TimeSpan.FromHours(1);

    /// <summary>A whole reading is due once a day; a run that comes a little early counts as that day's.</summary>
    public static TimeSpan WholeEvery { get; } = TimeSpan.FromHours(23);

    /// <summary>The plan for a kind that was read so far.</summary>
    public static EntityReadPlan Of(EntityMark mark, DateTimeOffset now) =>
        mark is { ListedAt: { } listed, ChangesUntil: { } until } && until <= now
            ? new EntityReadPlan(now - listed >= WholeEvery, until - Overlap)
            : new EntityReadPlan(Whole: true, ChangedSince: null);

    /// <summary>
    /// Whether a list that would bury so many is looked at twice. A list that lost half of what is held is more likely
    /// an incomplete answer than a day's work.
    /// </summary>
    public static bool IsDoubtful(EntityRoll roll) => roll.Missing > 0 && roll.Missing * 2 >= roll.Held;

    /// <summary>Whether objects are asked for one by one: each costs a call, a list costs one for every page.</summary>
    /// <param name="wanted">How many are wanted.</param>
    /// <param name="held">How many the list would hold besides.</param>
    public static bool OneByOne(int wanted, long held) => wanted <= Math.Max(1, (held + wanted) / PageSize);

    private const int PageSize = 100;
}
