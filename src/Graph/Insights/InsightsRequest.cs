using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Http;

namespace MetaGrains.Graph.Insights;

/// <summary>The insights GET of a query: one row per day, object and breakdown (Insights edge reference).</summary>
internal static class InsightsRequest
{
    private static readonly string[] Always = ["account_currency", "attribution_setting"];

    /// <summary>Operators that compare with one value; all others take a list.</summary>
    private static readonly HashSet<string> Scalars = new(StringComparer.Ordinal)
    {
        "EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL",
        "CONTAIN", "NOT_CONTAIN", "STEM_MATCH", "STARTS_WITH", "ENDS_WITH", "AFTER", "BEFORE", "ON_OR_AFTER",
        "ON_OR_BEFORE", "TOP",
    };

    /// <summary>Builds the request of one page.</summary>
    /// <param name="limit">Rows of a page.</param>
    /// <param name="after">The cursor of the page before, or null for the first.</param>
    /// <exception cref="ArgumentException">The report holds a name or filter that no request can carry.</exception>
    public static GraphRequest Of(InsightsQuery query, int limit, string? after)
    {
        var report = query.Report;
        var request = new GraphRequest("insights", $"{query.Account}/insights", query.Account) { Permits = query.Permits }
            .With("level", report.Level.WireName())
            .With("fields", Fields(report))
            .With("time_range", $$"""{"since":"{{DateRange.Iso(query.Days.Since)}}","until":"{{DateRange.Iso(query.Days.Until)}}"}""")
            .With("time_increment", "1");
        if (report.Breakdowns.Length > 0)
            request.With("breakdowns", string.Join(',', report.Breakdowns.Select(Checked)));
        if (report.AttributionWindows.Length > 0)
            request.With("action_attribution_windows", Json(writer => WriteList(writer, report.AttributionWindows)));
        if (report.Filtering.Length > 0)
            request.With("filtering", Json(writer => WriteFilters(writer, report)));
        request.With("limit", limit.ToString(CultureInfo.InvariantCulture));
        return after is null ? request : request.With("after", after);
    }

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

    private static void WriteFilters(Utf8JsonWriter writer, InsightsReport report)
    {
        writer.WriteStartArray();
        foreach (var filter in report.Filtering)
        {
            if (filter.Values.IsDefaultOrEmpty)
                throw new ArgumentException($"The filter on {filter.Field} of report {report.Name} has no value.", nameof(report));
            writer.WriteStartObject();
            writer.WriteString("field", filter.Field);
            writer.WriteString("operator", filter.Operator);
            writer.WritePropertyName("value");
            if (filter.Values.Length == 1 && Scalars.Contains(filter.Operator))
                writer.WriteStringValue(filter.Values[0]);
            else
                WriteList(writer, filter.Values);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable<string> values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
