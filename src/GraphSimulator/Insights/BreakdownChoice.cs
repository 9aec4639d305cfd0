using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>How the rows of a query are broken down, and what that costs them.</summary>
/// <param name="Shares">Null for rows that are not broken down.</param>
internal sealed record BreakdownChoice(BreakdownShares? Shares)
{
    /// <summary>Actions off Meta cannot be told apart by it and are silently dropped.</summary>
    public bool DropsOffMeta { get; init; }

    /// <summary>Reach, frequency and what follows from them read 0.</summary>
    public bool ZeroReach { get; init; }

    /// <summary>Reach and what follows from it are left out.</summary>
    public bool OmitsReach { get; init; }

    /// <summary>Older days have no rows.</summary>
    public DateOnly Oldest { get; init; } = DateOnly.MinValue;

    /// <summary>The account did not opt in to the breakdown: the answer is empty and says nothing about it.</summary>
    public bool Silent { get; init; }

    /// <summary>Whether it is one of those that an account opts in to.</summary>
    public bool NeedsOptIn { get; init; }

    /// <summary>Whether reach is asked for in parts and for days so long ago that few such queries are allowed.</summary>
    public bool AsksOldReach { get; init; }
}

/// <summary>Which breakdowns may be combined, and what each does to the answer.</summary>
internal static class BreakdownRules
{
    private const int HourlyMonths = 13;
    private const int ReachMonths = 13;
    private const int FrequencyMonths = 6;

    private static readonly DateOnly OptInSince = new(2026, 8, 6);

    // The names of a combination in alphabetical order.
    private static readonly Dictionary<string, Breakdown> Allowed = new(StringComparer.Ordinal)
    {
        ["age"] = Breakdown.Age,
        ["gender"] = Breakdown.Gender,
        ["age,gender"] = Breakdown.AgeGender,
        ["country"] = Breakdown.Country,
        ["region"] = Breakdown.Region,
        ["publisher_platform"] = Breakdown.Platform,
        ["platform_position,publisher_platform"] = Breakdown.Position,
        ["impression_device,publisher_platform"] = Breakdown.PlatformDevice,
        ["impression_device,platform_position,publisher_platform"] = Breakdown.PositionDevice,
        ["hourly_stats_aggregated_by_advertiser_time_zone"] = Breakdown.HourOfAdvertiser,
        ["hourly_stats_aggregated_by_audience_time_zone"] = Breakdown.HourOfAudience,
        ["frequency_value"] = Breakdown.FrequencyValue,
        ["product_id"] = Breakdown.Product,
    };

    public static BreakdownChoice Read(GraphRequest request, AdAccount account, IReadOnlyList<DaySpan> periods, bool isAsync, bool optedIn)
    {
        var names = ListParameters.Read(request, "breakdowns");
        if (names.Count == 0)
            return new BreakdownChoice((BreakdownShares?)null);
        names.Sort(StringComparer.Ordinal);
        if (!Allowed.TryGetValue(string.Join(',', names), out var breakdown))
            throw GraphErrors.Invalid($"Current combination of data breakdown columns ({string.Join(", ", names)}) is invalid");
        var fields = ListParameters.Fields(request);
        CheckFields(breakdown, fields);
        var shares = account.SharesOf(breakdown)
            ?? throw GraphErrors.Invalid("This account is a recording, and the recording has no breakdowns for its days");
        var hourly = breakdown is Breakdown.HourOfAdvertiser or Breakdown.HourOfAudience;
        var optIn = account.Today >= OptInSince && !optedIn
            && breakdown is Breakdown.PlatformDevice or Breakdown.PositionDevice or Breakdown.HourOfAudience or Breakdown.FrequencyValue;
        var oldReach = periods.Count > 0 && periods.Min(period => period.Since) < account.Today.AddMonths(-ReachMonths);
        return new BreakdownChoice(shares)
        {
            DropsOffMeta = hourly || breakdown == Breakdown.Region,
            ZeroReach = hourly,
            OmitsReach = oldReach && !isAsync,
            AsksOldReach = oldReach && fields.Exists(field => field is "reach" or "frequency" or "cpp"),
            Oldest = hourly ? account.Today.AddMonths(-HourlyMonths)
                : breakdown == Breakdown.FrequencyValue ? account.Today.AddMonths(-FrequencyMonths)
                : DateOnly.MinValue,
            NeedsOptIn = optIn,
            Silent = optIn && !isAsync,
        };
    }

    private static void CheckFields(Breakdown breakdown, List<string> fields)
    {
        var refused = breakdown switch
        {
            Breakdown.HourOfAdvertiser or Breakdown.HourOfAudience => fields.Find(field => field.StartsWith("video_", StringComparison.Ordinal)),
            Breakdown.Region => fields.Find(field => field is "video_avg_time_watched_actions" || (field.StartsWith("video_p", StringComparison.Ordinal) && char.IsAsciiDigit(field[7]))),
            _ => null,
        };
        if (refused is not null)
            throw GraphErrors.Invalid($"{refused} cannot be combined with this breakdown");
    }
}
