using System.Text;
using System.Text.Json;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Http;

/// <summary>Writes lists and filters as the JSON texts that parameters carry.</summary>
internal static class FilterJson
{
    /// <summary>Operators that compare with one value; all others take a list.</summary>
    private static readonly HashSet<string> Scalars = new(StringComparer.Ordinal)
    {
        "EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL",
        "CONTAIN", "NOT_CONTAIN", "STEM_MATCH", "STARTS_WITH", "ENDS_WITH", "AFTER", "BEFORE", "ON_OR_AFTER",
        "ON_OR_BEFORE", "TOP",
    };

    /// <summary><c>["a","b"]</c>.</summary>
    public static string List(IEnumerable<string> values) => Json(writer => WriteList(writer, values));

    /// <summary><c>[{"field":…,"operator":…,"value":…}]</c>.</summary>
    /// <exception cref="ArgumentException">A filter has no value.</exception>
    public static string Filters(IEnumerable<InsightsFilter> filters, string of) => Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var filter in filters)
            Write(writer, filter, of);
        writer.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter writer, InsightsFilter filter, string of)
    {
        if (filter.Values.IsDefaultOrEmpty)
            throw new ArgumentException($"The filter on {filter.Field} of {of} has no value.", nameof(filter));
        writer.WriteStartObject();
        writer.WriteString("field", filter.Field);
        writer.WriteString("operator", filter.Operator);
        writer.WritePropertyName("value");
        if (filter.Values.Length == 1 && Scalars.Contains(filter.Operator))
            WriteScalar(writer, filter);
        else
            WriteList(writer, filter.Values);
        writer.WriteEndObject();
    }

    // Times are compared as numbers, in seconds since 1970.
    private static void WriteScalar(Utf8JsonWriter writer, InsightsFilter filter)
    {
        if (filter.Field.EndsWith("_time", StringComparison.Ordinal) && long.TryParse(filter.Values[0], out var seconds))
            writer.WriteNumberValue(seconds);
        else
            writer.WriteStringValue(filter.Values[0]);
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
