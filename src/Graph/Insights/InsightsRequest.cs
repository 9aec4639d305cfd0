using System.Globalization;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;

namespace MetaGrains.Graph.Insights;

/// <summary>The insights request of a query: one row per day, object and breakdown (Insights edge reference).</summary>
internal static class InsightsRequest
{
    private static readonly string[] Always = ["account_currency", "attribution_setting"];

    /// <summary>Builds the request of one page.</summary>
    /// <param name="limit">Rows of a page.</param>
    /// <param name="after">The cursor of the page before, or null for the first.</param>
    /// <exception cref="ArgumentException">The report holds a name or filter that no request can carry.</exception>
    public static GraphRequest Of(InsightsQuery query, int limit, string? after)
    {
        var request = Ask(query, new GraphRequest("insights", $"{query.Account}/insights", query.Account) { Permits = query.Permits })
            .With("limit", Number(limit));
        return after is null ? request : request.With("after", after);
    }

    /// <summary>Builds the request for an asynchronous report: the same parameters, and the verb decides.</summary>
    /// <exception cref="ArgumentException">The report holds a name or filter that no request can carry.</exception>
    public static GraphRequest OfReport(InsightsQuery query) =>
        Ask(query, new GraphRequest("report", $"{query.Account}/insights", query.Account) { Method = HttpMethod.Post, Permits = query.Permits });

    /// <summary>The refusal of a report that no request can carry.</summary>
    public static GraphException Unaskable(InsightsReport report, ArgumentException mistake) =>
        new(
            $"Report {report.Name} cannot be asked for: {mistake.Message} Fix the report definition.",
            GraphErrorKind.Permanent,
            mistake);

    private static GraphRequest Ask(InsightsQuery query, GraphRequest request)
    {
        var report = query.Report;
        request.With("level", report.Level.WireName())
            .With("fields", Fields(report))
            .With("time_range", $$"""{"since":"{{DateRange.Iso(query.Days.Since)}}","until":"{{DateRange.Iso(query.Days.Until)}}"}""")
            .With("time_increment", "1");
        if (report.Breakdowns.Length > 0)
            request.With("breakdowns", string.Join(',', report.Breakdowns.Select(Checked)));
        if (report.AttributionWindows.Length > 0)
            request.With("action_attribution_windows", FilterJson.List(report.AttributionWindows));
        return report.Filtering.Length > 0 ? request.With("filtering", FilterJson.Filters(report.Filtering, $"report {report.Name}")) : request;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Breakdowns answer as keys of their own and must not be listed as fields (Insights breakdowns page).
    private static string Fields(InsightsReport report) =>
        string.Join(',', Ids(report.Level).Concat(Always).Concat(report.Fields)
            .Except(report.Breakdowns, StringComparer.Ordinal)
            .Select(Checked));

    private static string[] Ids(InsightsLevel level) => level switch
    {
        InsightsLevel.Account => ["account_id"],
        InsightsLevel.Campaign => ["account_id", "campaign_id"],
        InsightsLevel.AdSet => ["account_id", "campaign_id", "adset_id"],
        InsightsLevel.Ad => ["account_id", "campaign_id", "adset_id", "ad_id"],
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Unknown insights level."),
    };

    private static string Checked(string name) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
            ? name
            : throw new ArgumentException($"'{name}' is no field or breakdown of the Insights API: letters, digits and underscores only.", nameof(name));
}
