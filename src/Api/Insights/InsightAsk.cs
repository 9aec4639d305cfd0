using MetaGrains.Api.Auth;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Requests;
using MetaGrains.Core.Insights;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Insights;

/// <summary>What is asked of the fact, read from a query and held against the reports that there are.</summary>
internal sealed record InsightAsk(InsightFilter Filter, TenantQuery Rows, string Format, bool Totals)
{
    /// <summary>The name of each row's own attribution setting.</summary>
    public const string OwnWindow = "default";

    public const string Day = "day";
    public const string Whole = "all";

    public static IReadOnlyList<string> Levels { get; } = [.. InsightsLevels.All.Select(level => level.WireName())];

    public static async Task<InsightAsk> ReadAsync(
        TenantScope scope, Query query, AccountDirectory accounts, ReportCatalogue catalogue, CancellationToken cancellationToken)
    {
        var parameters = new ReadParameters(query);
        var format = parameters.Format();
        var (since, until) = parameters.Days();
        var filter = new InsightFilter
        {
            Report = "", Level = parameters.Word("level", Levels), Since = since, Until = until, AsOf = parameters.Moment("as_of"),
            Campaigns = parameters.Ids("campaign_id"), AdSets = parameters.Ids("adset_id"), Ads = parameters.Ids("ad_id"), Entities = parameters.Ids("entity_id"),
        };
        var whole = parameters.Word("time_increment", [Day, Whole]) == Whole;
        var columns = parameters.Columns(whole ? InsightQueries.Whole : filter.AsOf is null ? InsightQueries.Daily : InsightQueries.Historic);
        var totals = parameters.Flag("totals") == true;
        if (totals && format == ReadParameters.Csv)
            parameters.Faults.Add("totals", "A CSV file has rows alone.", "Ask for format=json, or for sums with time_increment=all.");
        var report = await ReportAsync(scope, parameters, filter.Level, catalogue, cancellationToken);
        var window = WindowOf(parameters, report, filter.AsOf is not null);
        filter = filter with
        {
            Report = report?.Name ?? "",
            Level = report?.Level ?? filter.Level,
            Window = window,
            Accounts = await parameters.AccountsAsync(scope.Id, accounts, cancellationToken),
        };
        return new InsightAsk(filter, whole ? InsightQueries.WholeRange(filter, columns) : InsightQueries.Days(filter, columns), format, totals);
    }

    private static async Task<KnownReport?> ReportAsync(
        TenantScope scope, ReadParameters parameters, string? level, ReportCatalogue catalogue, CancellationToken cancellationToken)
    {
        var (name, breakdowns) = (parameters.Name("report"), parameters.Names("breakdowns"));
        if (parameters.Faults.Any)
            return null;
        var known = await catalogue.ListAsync(scope.Id, cancellationToken);
        if (name is not null)
            return Named(parameters, name, level, breakdowns, known);
        if (level is null)
        {
            parameters.Faults.Add("level", "level is missing.", $"Send one of: {string.Join(", ", Levels)}; or report.");
            return null;
        }

        return breakdowns is null
            ? new KnownReport($"{level}_daily", level, [], [.. known.Where(report => report.Name == $"{level}_daily").SelectMany(report => report.Windows)])
            : Broken(parameters, level, breakdowns, known);
    }

    private static KnownReport? Named(ReadParameters parameters, string name, string? level, IReadOnlyList<string>? breakdowns, IReadOnlyList<KnownReport> known)
    {
        var found = known.Where(report => report.Name == name).ToArray();
        parameters.Faults.OneOf("report", name, [.. known.Select(report => report.Name).Distinct()]);
        var fits = found.Where(report => (level is null || report.Level == level) && (breakdowns is null || IsSame(report.Breakdowns, breakdowns))).ToArray();
        if (found.Length > 0 && fits.Length == 0)
        {
            parameters.Faults.Add(
                level is not null && found.All(report => report.Level != level) ? "level" : "breakdowns",
                $"The report '{name}' is not of that kind.", $"It is: {string.Join("; ", found.Select(Describe))}.");
        }

        // Definitions of one name for several accounts may differ in level; the rows say by themselves which they have.
        return fits.Length == 0 ? null : fits[0] with { Level = level ?? (fits.Length == 1 ? fits[0].Level : null), Windows = [.. fits.SelectMany(report => report.Windows).Distinct()] };
    }

    private static KnownReport? Broken(ReadParameters parameters, string level, IReadOnlyList<string> breakdowns, IReadOnlyList<KnownReport> known)
    {
        var fits = known.Where(report => report.Level == level && IsSame(report.Breakdowns, breakdowns)).ToArray();
        if (fits.Length == 1)
            return fits[0];
        var sets = known.Where(report => report.Level == level && report.Breakdowns.Count > 0).Select(report => string.Join(',', report.Breakdowns)).Distinct().ToArray();
        parameters.Faults.Add(
            "breakdowns",
            fits.Length > 1 ? "Several reports have these breakdowns." : $"No report at level {level} has exactly these breakdowns.",
            fits.Length > 1 ? $"Send report, one of: {string.Join(", ", fits.Select(report => report.Name))}."
            : sets.Length > 0 ? $"Send one of: {string.Join("; ", sets)}."
            : "There is none with breakdowns at this level: define one in report_definitions.");
        return null;
    }

    private static string? WindowOf(ReadParameters parameters, KnownReport? report, bool historic)
    {
        if (parameters.Name("attribution_window") is not { } window || report is null)
            return null;
        string[] known = [OwnWindow, .. report.Windows.Distinct()];
        parameters.Faults.OneOf("attribution_window", window, known);
        if (historic)
            parameters.Faults.Add("attribution_window", "Conversions per window are kept as they are now, not as they were.", "Leave out attribution_window or as_of.");
        return window == OwnWindow ? null : window;
    }

    private static bool IsSame(IReadOnlyList<string> sorted, IReadOnlyList<string> asked) => sorted.SequenceEqual(asked.Order(StringComparer.Ordinal));

    private static string Describe(KnownReport report) => report.Level + (report.Breakdowns.Count == 0 ? "" : $" by {string.Join(',', report.Breakdowns)}");
}
