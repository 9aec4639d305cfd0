using System.Text.Json;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>All rows of a query, rendered once: what a finished report run holds.</summary>
internal sealed class InsightsRows
{
    private readonly byte[] _json;
    private readonly List<int> _ends;

    private InsightsRows(byte[] json, List<int> ends) => (_json, _ends) = (json, ends);

    public int Count => _ends.Count;

    public static InsightsRows Of(InsightsQuery query)
    {
        using var buffer = new PooledBuffer();
        var ends = new List<int>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartArray();
            new InsightsScan(query, new InsightsRowWriter(query, writer, ends)).Run();
            writer.WriteEndArray();
        }

        return new InsightsRows(buffer.Written.ToArray(), ends);
    }

    /// <summary>Writes a page, with cursors that are places.</summary>
    public void Write(GraphRequest request, long skip, int take, Utf8JsonWriter writer)
    {
        var first = (int)Math.Min(skip, Count);
        var last = (int)Math.Min((long)first + take, Count);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var row = first; row < last; row++)
        {
            // Each row begins behind a bracket or a comma.
            var start = (row == 0 ? 0 : _ends[row - 1]) + 1;
            writer.WriteRawValue(_json.AsSpan(start, _ends[row] - start), skipInputValidation: true);
        }

        writer.WriteEndArray();
        if (last > first)
            Paging.Write(writer, request, Cursors.Write(first), Cursors.Write(last - 1), last < Count, first > 0);
        writer.WriteEndObject();
    }
}
