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

    /// <summary>Reads <c>limit</c>.</summary>
    public static int Limit(GraphRequest request, int most)
    {
        const int Default = 25;
        if (request.Find("limit") is not { } text)
            return Default;
        if (!int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var limit) || limit < 1)
            throw GraphErrors.Invalid("Param limit must be an integer greater than or equal to 1");
        return limit <= most ? limit : throw GraphErrors.TooMuchData();
    }
}
