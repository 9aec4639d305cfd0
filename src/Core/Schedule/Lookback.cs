using System.Globalization;

namespace MetaGrains.Core.Schedule;

/// <summary>How far back an account is read, as learned.</summary>
/// <param name="Days">Days, today included.</param>
/// <param name="Reason">What it was learned from, for a person.</param>
public sealed record LearnedLookback(int Days, string Reason);

/// <summary>
/// How many days back Meta still changes the numbers of an account. What is read more often than daily need not reach
/// further than almost all of these changes: the others are found by <c>deep</c>, which reads all 28 days and is what the
/// ages are learned from, so that a short window never hides what would make it longer.
/// </summary>
public static class Lookback
{
    /// <summary>The longest, in days, today included.</summary>
    public const int Longest = SyncPlan.DeepDays;

    /// <summary>Changed days that must be known before anything is learned from them.</summary>
    public const int Enough = 20;

    /// <summary>Days that it must be shorter for it to become shorter, so that it does not swing.</summary>
    public const int Slack = 2;

    /// <summary>Days whose changes are looked at.</summary>
    public const int MemoryDays = 28;

    private const int Percent = 95;

    /// <summary>Learns.</summary>
    /// <param name="changes">How many days were found changed at each age: index 1 is yesterday. What is older than <see cref="Longest"/> is not counted.</param>
    /// <param name="before">What was learned before, or null.</param>
    /// <returns>What counts from now on; <paramref name="before"/> itself when nothing changes; null while too little is known.</returns>
    public static LearnedLookback? Learn(IReadOnlyList<int> changes, LearnedLookback? before)
    {
        var counted = changes.Take(Longest + 1).ToArray();
        var total = counted.Sum(count => (long)count);
        if (total < Enough)
            return before;
        var age = 0;
        for (long sum = counted[0]; sum * 100 < total * Percent; sum += counted[age])
            age++;
        var days = Math.Min(age + 1, Longest);
        return before is not null && days <= before.Days && before.Days - days < Slack
            ? before
            : new LearnedLookback(days, string.Create(
                CultureInfo.InvariantCulture, $"{Percent} % of the {total} changes that Meta made within {MemoryDays} days concerned days of the last {days}"));
    }
}
