using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Answers <c>GET /{object}/insights</c>.</summary>
internal sealed class InsightsEndpoint(InsightsQueryReader reader)
{
    /// <returns>The number of rows written.</returns>
    public int Answer(GraphRequest request, AdAccount account, AdEntity? node, Utf8JsonWriter writer)
    {
        var query = reader.Read(request, account, node);
        writer.WriteStartObject();
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

        writer.WriteEndObject();
        return result.Rows;
    }
}
