namespace MetaGrains.Bench.Measure;

/// <summary>Medians: of figures, and of ratios of figures taken in turn.</summary>
internal static class Pairs
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static double Ratio(IReadOnlyList<double> ours, IReadOnlyList<double> theirs) =>
        Math.Round(Median(ours.Zip(theirs, (a, b) => a / b)), 4);
}
