namespace MetaGrains.Core.Sync;

/// <summary>Limits of an <see cref="InsightsPull"/>.</summary>
public sealed class InsightsPullOptions
{
    /// <summary>Longest slice, in days. A longer window is cut, newest first. Default: 31.</summary>
    public int SliceDays { get; set; } = 31;

    /// <summary>How often one slice is read from its start, the first time included. Default: 3.</summary>
    public int ReadsPerSlice { get; set; } = 3;

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        SliceDays is < 1 or > 92 ? $"MetaGrains:Pull:SliceDays must be 1 to 92, not {SliceDays}."
        : ReadsPerSlice is < 1 or > 10 ? $"MetaGrains:Pull:ReadsPerSlice must be 1 to 10, not {ReadsPerSlice}."
        : null;
}
