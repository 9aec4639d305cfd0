using System.Text.Json;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>The <c>summary</c> beside the rows of an answer: one row for all of them.</summary>
internal static class InsightsSummary
{
    /// <summary>Writes it if the call asks for it: by name, or <c>default_summary</c> for the fields of the rows.</summary>
    public static void Write(GraphRequest request, InsightsQuery query, Utf8JsonWriter writer)
    {
        var names = ListParameters.Read(request, "summary");
        if (names.Count == 0 && request.Find("default_summary") is not ("true" or "1"))
            return;
        if (names is ["true"] or ["1"])
            names = [];
        if (query.Periods.Count == 0)
            return;
        var whole = query.Whole(names.Count == 0 ? query.Fields : Fields(names));
        using var buffer = new PooledBuffer();
        ScanResult result;
        using (var inner = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            result = new InsightsScan(whole, new InsightsRowWriter(whole, inner)).Run();
        if (result.Rows == 0)
            return;
        writer.WritePropertyName("summary"u8);
        writer.WriteRawValue(buffer.Written.Span, skipInputValidation: true);
    }

    private static List<InsightsField> Fields(List<string> names)
    {
        var fields = new List<InsightsField>();
        foreach (var name in names)
        {
            if (!InsightsFields.TryParse(name, out var field))
                throw GraphErrors.Invalid($"Cannot include {name} in summary param because they weren't there while creating the report run.");
            if (field is { } known)
                fields.Add(known);
        }

        return fields;
    }
}
