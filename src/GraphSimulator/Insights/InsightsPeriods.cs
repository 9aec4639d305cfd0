using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Reads which days are asked for, and into which rows they are cut.</summary>
internal static class InsightsPeriods
{
    private const int HistoryMonths = 37;

    public static List<DaySpan> Read(GraphRequest request, AdAccount account)
    {
        var oldest = account.Today.AddMonths(-HistoryMonths);
        if (request.Find("time_ranges") is { } ranges)
            return [.. Ranges(ranges).Select(range => Checked(range, oldest))];
        var span = Checked(Span(request, account, oldest), oldest);
        return Cut(span, request.Find("time_increment") ?? "all_days");
    }

    private static DaySpan Span(GraphRequest request, AdAccount account, DateOnly oldest)
    {
        if (request.Find("time_range") is { } text)
        {
            using var document = ListParameters.Json("time_range", text);
            return Range(document.RootElement, "time_range");
        }

        var preset = request.Find("date_preset") ?? DatePresets.Default;
        var first = account.FirstDay > oldest ? account.FirstDay : oldest;
        return DatePresets.Find(preset, account.Today, first)
            ?? throw GraphErrors.Invalid($"date_preset must be one of the known presets, {preset} is not");
    }

    private static List<DaySpan> Ranges(string text)
    {
        using var document = ListParameters.Json("time_ranges", text);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw GraphErrors.Invalid("Param time_ranges must be an array of {since, until}");
        return [.. document.RootElement.EnumerateArray().Select(range => Range(range, "time_ranges"))];
    }

    private static DaySpan Range(JsonElement range, string parameter)
    {
        if (range.ValueKind == JsonValueKind.Object
            && range.TryGetProperty("since", out var since) && TryDate(since, out var first)
            && range.TryGetProperty("until", out var until) && TryDate(until, out var last))
        {
            return new DaySpan(first, last);
        }

        throw GraphErrors.Invalid($"Param {parameter} must be {{'since':YYYY-MM-DD,'until':YYYY-MM-DD}}");
    }

    private static bool TryDate(JsonElement element, out DateOnly date)
    {
        date = default;
        return element.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(element.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
    }

    private static DaySpan Checked(DaySpan span, DateOnly oldest)
    {
        if (span.Until < span.Since)
            throw GraphErrors.Invalid("Param time_range: since must not be after until");
        return span.Since >= oldest ? span : throw GraphErrors.TooFarBack();
    }

    private static List<DaySpan> Cut(DaySpan span, string increment)
    {
        if (increment == "all_days")
            return [span];
        if (increment == "monthly")
            return CutAt(span, day => new DateOnly(day.Year, day.Month, 1).AddMonths(1));
        if (int.TryParse(increment, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 90)
            return CutAt(span, day => day.AddDays(days));
        throw GraphErrors.Invalid("Param time_increment must be all_days, monthly or an integer between 1 and 90");
    }

    private static List<DaySpan> CutAt(DaySpan span, Func<DateOnly, DateOnly> next)
    {
        var spans = new List<DaySpan>();
        for (var day = span.Since; day <= span.Until;)
        {
            var following = next(day);
            var last = following.AddDays(-1);
            spans.Add(new DaySpan(day, last < span.Until ? last : span.Until));
            day = following;
        }

        return spans;
    }
}
