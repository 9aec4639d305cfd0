namespace MetaGrains.Core.Sync;

/// <summary>Limits of an <see cref="InsightsPull"/>.</summary>
public sealed class InsightsPullOptions
{
    /// <summary>Longest slice, in days. A longer window is cut, newest first. Default: 31.</summary>
    public int SliceDays { get; set; } = 31;

    /// <summary>
    /// How often one request of a slice is made while it breaks in a passing way, and how often the whole slice is read
    /// while rows move between its pages, the first time included. Default: 3.
    /// </summary>
    public int ReadsPerSlice { get; set; } = 3;

    /// <summary>
    /// Whether a slice is pulled a second time, with archived objects, when rows have vanished from a settled day or do
    /// not add up to the account's own total. If not, such days are held or marked as a gap at once. Default: true.
    /// </summary>
    public bool PullsAgain { get; set; } = true;

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        SliceDays is < 1 or > 92 ? $"MetaGrains:Pull:SliceDays must be 1 to 92, not {SliceDays}."
        : ReadsPerSlice is < 1 or > 10 ? $"MetaGrains:Pull:ReadsPerSlice must be 1 to 10, not {ReadsPerSlice}."
        : null;
}
