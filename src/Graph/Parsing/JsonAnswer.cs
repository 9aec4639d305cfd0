using System.Text.Json;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;

namespace MetaGrains.Graph.Parsing;

/// <summary>Reads answers that are small by nature through the document model.</summary>
internal static class JsonAnswer
{
    /// <summary>Reads an object, or the error that stands in it.</summary>
    /// <exception cref="InvalidAnswerException">It is neither.</exception>
    public static BodyResult<T> Read<T>(ReadOnlyMemory<byte> body, Scrubber scrubber, Func<JsonElement, T> of) =>
        ReadAny(body, scrubber, root => root.ValueKind == JsonValueKind.Object
            ? of(root)
            : throw new InvalidAnswerException($"The answer is {root.ValueKind} and no object."));

    /// <summary>Reads whatever stands there, or the error that stands in it.</summary>
    /// <exception cref="InvalidAnswerException">It is neither.</exception>
    public static BodyResult<T> ReadAny<T>(ReadOnlyMemory<byte> body, Scrubber scrubber, Func<JsonElement, T> of)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null
                ? new BodyResult<T>(default, GraphErrorReader.ReadBody(body, scrubber) ?? new GraphError())
                : new BodyResult<T>(of(root), null);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidAnswerException("The answer is no complete JSON document.", failure);
        }
    }

    /// <summary>The elements of <c>data</c>.</summary>
    /// <exception cref="InvalidAnswerException">There is no such list.</exception>
    public static JsonElement.ArrayEnumerator Data(JsonElement root) =>
        root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
            ? data.EnumerateArray()
            : throw new InvalidAnswerException("The answer has neither data nor an error.");

    /// <summary>Where a list goes on.</summary>
    public static PagingLinks Paging(JsonElement root)
    {
        if (!root.TryGetProperty("paging", out var paging) || paging.ValueKind != JsonValueKind.Object)
            return default;
        return PagingLinks.Of(Text(paging, "next"), paging.TryGetProperty("cursors", out var cursors) ? Text(cursors, "after") : null);
    }

    /// <summary>A string, or a number as it is written: ids come as either. Null for anything else.</summary>
    public static string? Text(JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object || !owner.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    /// <summary>A whole number, in a string or bare.</summary>
    public static long? Whole(JsonElement owner, string name) => long.TryParse(Text(owner, name), out var number) ? number : null;

    /// <summary>True, false, or null when it is neither.</summary>
    public static bool? Flag(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;

    /// <summary>The texts of a list; empty when there is none.</summary>
    public static IEnumerable<string> Texts(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
            : [];
}
