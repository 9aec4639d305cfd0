using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>All rows of a query, rendered once: what a finished report run holds, or what is to be sorted.</summary>
internal sealed class InsightsRows
{
    private readonly byte[] _json;
    private readonly List<int> _ends;
    private readonly int[] _order;

    private InsightsRows(byte[] json, List<int> ends, int[] order) => (_json, _ends, _order) = (json, ends, order);

    public int Count => _ends.Count;

    public long Bytes => _json.Length + (sizeof(int) * 2L * Count);

    /// <param name="query">Asks for all of its rows.</param>
    /// <param name="sort">Null for the natural order.</param>
    public static InsightsRows Of(InsightsQuery query, RowSort? sort)
    {
        using var buffer = new PooledBuffer();
        var ends = new List<int>();
        var keys = new List<decimal>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartArray();
            new InsightsScan(query, new InsightsRowWriter(query, writer, Note)).Run();
            writer.WriteEndArray();
        }

        return new InsightsRows(buffer.Written.ToArray(), ends, Order(keys, ends.Count, sort));

        void Note(Totals totals, int end)
        {
            ends.Add(end);
            if (sort is not null)
                keys.Add(sort.Key(totals));
        }
    }

    /// <summary>Writes a page, with cursors that are places.</summary>
    /// <returns>The number of rows written.</returns>
    public int WritePage(GraphRequest request, long skip, int take, Utf8JsonWriter writer)
    {
        var first = (int)Math.Min(skip, Count);
        var last = (int)Math.Min((long)first + take, Count);
        writer.WriteStartArray("data"u8);
        for (var place = first; place < last; place++)
        {
            // Each row begins behind a bracket or a comma.
            var row = _order[place];
            var start = (row == 0 ? 0 : _ends[row - 1]) + 1;
            writer.WriteRawValue(_json.AsSpan(start, _ends[row] - start), skipInputValidation: true);
        }

        writer.WriteEndArray();
        if (last > first)
            Paging.Write(writer, request, Cursors.Write(first), Cursors.Write(last - 1), last < Count, first > 0);
        return last - first;
    }

    // Equal keys keep their natural order.
    private static int[] Order(List<decimal> keys, int count, RowSort? sort)
    {
        var places = Enumerable.Range(0, count);
        return sort is null ? [.. places]
            : sort.Descending ? [.. places.OrderByDescending(place => keys[place])]
            : [.. places.OrderBy(place => keys[place])];
    }
}
