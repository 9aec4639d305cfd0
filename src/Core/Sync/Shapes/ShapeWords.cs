namespace MetaGrains.Core.Sync.Shapes;

/// <summary>Says how a report is asked for.</summary>
public static class ShapeWords
{
    /// <summary>Such as <c>7-day pieces by asynchronous report, without reach</c>; null for the whole question at once.</summary>
    public static string? Of(RequestShape shape, ShapeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        List<string> words = [];
        var pieces = shape.Days < limits.Days ? $"{shape.Days}-day pieces" : "";
        var way = shape.Asynchronous ? "by asynchronous report" : "";
        if ($"{pieces} {way}".Trim() is { Length: > 0 } how)
            words.Add(how);
        if (shape.Parts > 1)
            words.Add($"in {shape.Parts} parts");
        if (shape.PageLimit < limits.PageLimit)
            words.Add($"pages of {shape.PageLimit} rows");
        if (!shape.Incomplete.IsEmpty)
            words.Add($"without {string.Join(", ", shape.Incomplete)}");
        return words.Count == 0 ? null : string.Join(", ", words);
    }
}
