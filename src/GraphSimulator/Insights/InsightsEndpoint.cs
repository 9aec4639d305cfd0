using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Answers <c>GET /{object}/insights</c>, and works out what a report run holds.</summary>
internal sealed class InsightsEndpoint(InsightsQueryReader reader, SimulatedDataLimits limits)
{
    /// <returns>The number of rows written.</returns>
    public int Answer(GraphRequest request, AdAccount account, AdEntity? node, Utf8JsonWriter writer)
    {
        // What is to be sorted is worked out as a whole first.
        var sort = RowSort.Read(request, account);
        var query = reader.Read(request, account, node, takesAll: sort is not null);
        if (QuerySize.Of(query).Refusal(limits) is { } refusal)
            throw new GraphException(refusal);
        writer.WriteStartObject();
        var rows = sort is null ? WriteRows(request, query, writer) : WriteSorted(request, query, sort, writer);
        InsightsSummary.Write(request, query, writer);
        writer.WriteEndObject();
        return rows;
    }

    /// <summary>Writes an object's insights as one of its fields; nothing when it has none.</summary>
    public void WriteNested(GraphRequest request, AdAccount account, AdEntity? node, string key, Utf8JsonWriter writer)
    {
        using var buffer = new PooledBuffer();
        int rows;
        using (var inner = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            rows = Answer(request, account, node, inner);
        if (rows == 0)
            return;
        writer.WritePropertyName(key);
        writer.WriteRawValue(buffer.Written.Span, skipInputValidation: true);
    }

    /// <summary>Reads the question of a report run, or throws what is wrong with it.</summary>
    public InsightsQuery Ask(GraphRequest request, AdAccount account, AdEntity? node) => reader.Read(request, account, node, isAsync: true, takesAll: true);

    /// <summary>The place and size of a page of a report run's rows.</summary>
    public (long Skip, int Take) Page(GraphRequest request) => reader.ReadPage(request);

    /// <summary>Works out a report run.</summary>
    /// <returns>Its rows, or why it fails.</returns>
    public (InsightsRows? Rows, GraphError? Failure) Run(GraphRequest request, AdAccount account, AdEntity? node)
    {
        var query = Ask(request, account, node);
        if (QuerySize.Of(query).TooManyDataPoints(limits))
            return (null, GraphErrors.TooManyDataPoints());
        var rows = InsightsRows.Of(query, RowSort.Read(request, account));
        return limits.ReportRows < rows.Count ? (null, GraphErrors.ReportTooLarge()) : (rows, null);
    }

    private static int WriteRows(GraphRequest request, InsightsQuery query, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("data"u8);
        var result = new InsightsScan(query, new InsightsRowWriter(query, writer)).Run();
        writer.WriteEndArray();
        if (result.Rows > 0)
        {
            Paging.Write(
                writer,
                request,
                Cursors.Write(result.First),
                Cursors.Write(result.First + result.Rows - 1),
                result.HasMore,
                result.First > 0);
        }

        return result.Rows;
    }

    private int WriteSorted(GraphRequest request, InsightsQuery query, RowSort sort, Utf8JsonWriter writer)
    {
        var (skip, take) = Page(request);
        return InsightsRows.Of(query, sort).WritePage(request, skip, take, writer);
    }
}
