using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>The shapes of one run, by report.</summary>
internal sealed class RunShapes(IShapeMemory? memory, AdAccountKey account, Func<InsightsReport, ShapeLimits> limits, TimeProvider clock)
{
    private readonly Dictionary<string, ShapeInUse> _inUse = new(StringComparer.Ordinal);

    /// <summary>The shape that was asked for last.</summary>
    public ShapeInUse? Latest { get; private set; }

    /// <summary>How the reports are asked for that do not fit as a whole; null when all do.</summary>
    public string? Words =>
        string.Join("; ", _inUse.Where(used => used.Value.Words is not null).Select(used => $"{used.Key}: {used.Value.Words}")) is { Length: > 0 } words
            ? words
            : null;

    /// <summary>The shape of a report; found in the memory the first time.</summary>
    public async Task<ShapeInUse> OfAsync(InsightsReport report, CancellationToken cancellationToken)
    {
        if (!_inUse.TryGetValue(report.Name, out var shape))
            _inUse.Add(report.Name, shape = await ShapeInUse.FindAsync(memory, account, report, limits(report), clock, cancellationToken));
        return Latest = shape;
    }

    /// <summary>Keeps what the run has learned and not kept yet. What was read stands, whether or not the run is to stop.</summary>
    public async Task EndAsync()
    {
        foreach (var shape in _inUse.Values)
            await shape.EndAsync(CancellationToken.None);
    }
}
