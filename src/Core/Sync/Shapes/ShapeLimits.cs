using System.Collections.Immutable;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>Within what a shape moves: the report's own question, and where asking for less makes no sense.</summary>
/// <param name="Report">The report.</param>
/// <param name="Days">Days of one request, at most.</param>
/// <param name="PageLimit">The largest <c>limit</c>.</param>
/// <param name="Objects">Objects at the report's level, as far as they are known: more parts than these are none.</param>
public sealed record ShapeLimits(InsightsReport Report, int Days, int PageLimit, int Objects = int.MaxValue)
{
    /// <summary>The smallest <c>limit</c>.</summary>
    public const int LeastPageLimit = 8;

    /// <summary>The most parts: below a few objects each, filters cost more calls than they save.</summary>
    public const int MostParts = 256;

    // Without these a row is no fact of the warehouse; Meta has them for every row it has at all.
    private static readonly ImmutableArray<string> Vital = ["impressions", "clicks", "spend"];

    // What is known to be expensive goes first; the rest in the report's order, last first.
    private static readonly ImmutableArray<string> Heavy =
        ["unique_", "cost_per_unique_", "reach", "frequency", "cpp", "video_", "cost_per_", "conversion", "action_values", "actions"];

    /// <summary>Into how many parts the objects may be cut: an account's total has no parts that add up.</summary>
    public int Parts => Report.Level == InsightsLevel.Account ? 1 : Math.Clamp(Objects, 1, MostParts);

    /// <summary>The first shape: the whole question at once.</summary>
    public RequestShape First => new() { Days = Days, PageLimit = PageLimit };

    /// <summary>Fields that can be left out, the heaviest first.</summary>
    public IEnumerable<string> Optional =>
        Report.Fields.Distinct(StringComparer.Ordinal)
            .Where(name => !Vital.Contains(name) && !Report.Breakdowns.Contains(name))
            .Reverse()
            .OrderBy(Weight);

    private static int Weight(string name)
    {
        for (var rank = 0; rank < Heavy.Length; rank++)
        {
            if (name.StartsWith(Heavy[rank], StringComparison.Ordinal))
                return rank;
        }

        return Heavy.Length;
    }
}
