using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Writes the <c>paging</c> object behind a list that is not empty.</summary>
internal static class Paging
{
    public static void Write(Utf8JsonWriter writer, GraphRequest request, string before, string after, bool hasNext, bool hasPrevious)
    {
        writer.WriteStartObject("paging"u8);
        writer.WriteStartObject("cursors"u8);
        writer.WriteString("before"u8, before);
        writer.WriteString("after"u8, after);
        writer.WriteEndObject();
        if (hasNext)
            writer.WriteString("next"u8, Url(request, "after", after));
        if (hasPrevious)
            writer.WriteString("previous"u8, Url(request, "before", before));
        writer.WriteEndObject();
    }

    /// <summary>The same call at another cursor. Like Meta's, it carries the access token.</summary>
    public static string Url(GraphRequest request, string direction, string cursor)
    {
        var query = new QueryBuilder { { "access_token", request.Token ?? "" } };
        foreach (var (name, value) in request.Parameters)
        {
            if (name is not ("after" or "before" or "method"))
                query.Add(name, value);
        }

        if (cursor.Length > 0)
            query.Add(direction, cursor);
        return $"{request.Origin}{request.Path}{query.ToQueryString()}";
    }

    /// <summary>Writes the count behind a list of objects, if the call asks for a summary.</summary>
    public static void WriteCount(Utf8JsonWriter writer, GraphRequest request, int count)
    {
        if (request.Find("summary") is not ("true" or "1" or "total_count" or "[\"total_count\"]"))
            return;
        writer.WriteStartObject("summary"u8);
        writer.WriteNumber("total_count"u8, count);
        writer.WriteEndObject();
    }

    /// <summary>Reads <c>limit</c>.</summary>
    public static int Limit(GraphRequest request, int most)
    {
        const int Default = 25;
        var limit = Default;
        if (request.Find("limit") is { } text
            && (!int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out limit) || limit < 1))
        {
            throw GraphErrors.Invalid("Param limit must be an integer greater than or equal to 1");
        }

        if (limit > most)
            throw GraphErrors.TooMuchData();
        return request.ShortPage ? Math.Max(1, limit / 2) : limit;
    }
}
