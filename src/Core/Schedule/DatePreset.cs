namespace MetaGrains.Core.Schedule;

/// <summary>Days by name, as the Insights API means them: complete days, today excluded.</summary>
public enum DatePreset
{
    /// <summary>Yesterday.</summary>
    Yesterday,

    /// <summary>The 7 days before today.</summary>
    Last7Days,

    /// <summary>The 30 days before today.</summary>
    Last30Days,
}

/// <summary>The names that the Graph API, REST and the command line use for presets.</summary>
public static class DatePresets
{
    /// <summary>All presets, the shortest first.</summary>
    public static IReadOnlyList<DatePreset> All { get; } = Enum.GetValues<DatePreset>();

    /// <summary><c>yesterday</c>, <c>last_7d</c> or <c>last_30d</c>.</summary>
    public static string WireName(this DatePreset preset) => preset switch
    {
        DatePreset.Yesterday => "yesterday",
        DatePreset.Last7Days => "last_7d",
        DatePreset.Last30Days => "last_30d",
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "Unknown date preset."),
    };

    /// <summary>Number of complete days.</summary>
    public static int Days(this DatePreset preset) => preset switch
    {
        DatePreset.Yesterday => 1,
        DatePreset.Last7Days => 7,
        DatePreset.Last30Days => 30,
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "Unknown date preset."),
    };

    /// <summary>Reads a wire name.</summary>
    public static bool TryParse(string? text, out DatePreset preset)
    {
        foreach (var candidate in All)
        {
            if (candidate.WireName() != text)
                continue;
            preset = candidate;
            return true;
        }

        preset = default;
        return false;
    }
}
