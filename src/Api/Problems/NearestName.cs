namespace MetaGrains.Api.Problems;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class NearestName
{
    private const int FarthestOf = 3;
    private const int Longest = 64;

    /// <summary>The nearest name, or null when none is near: at most a third of its letters differ, and at least one may.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        if (name.Length > Longest)
            return null;
        var (nearest, distance) = known
            .Select(candidate => (candidate, Distance: Distance(name.ToLowerInvariant(), candidate)))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((candidate: "", Distance: int.MaxValue));
        return distance <= Math.Max(1, Math.Max(name.Length, nearest.Length) / FarthestOf) ? nearest : null;
    }

    /// <summary>"Did you mean …? ", or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Of(name, known) is { } nearest ? $"Did you mean '{nearest}'? " : "";

    // Letters that are missing, too many, other or swapped; with _ and - left out, so that intervalMinutes finds interval_minutes.
    private static int Distance(string from, string to)
    {
        var (a, b) = (Plain(from), Plain(to));
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[a.Length, b.Length];
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
