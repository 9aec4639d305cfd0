using System.Text.Json;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Parameters that hold lists: comma-separated, or a JSON array.</summary>
internal static class ListParameters
{
    /// <summary>The names in <c>fields</c>, each once and in order.</summary>
    public static List<string> Fields(GraphRequest request) => [.. FieldSelection.Read(request).Select(field => field.Name)];

    /// <summary>The items of a list parameter; empty when it is absent.</summary>
    public static List<string> Read(GraphRequest request, string parameter)
    {
        var text = request.Find(parameter)?.Trim();
        if (string.IsNullOrEmpty(text))
            return [];
        return text[0] == '[' ? FromJson(parameter, text) : Split(text);
    }

    /// <summary>The text of a JSON string or number.</summary>
    public static string Scalar(JsonElement element, string parameter) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        _ => throw GraphErrors.Invalid($"Param {parameter} must hold strings or numbers"),
    };

    /// <summary>Parses a JSON parameter.</summary>
    public static JsonDocument Json(string parameter, string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            throw GraphErrors.Invalid($"Param {parameter} is not valid JSON");
        }
    }

    private static List<string> FromJson(string parameter, string text)
    {
        using var document = Json(parameter, text);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw GraphErrors.Invalid($"Param {parameter} must be an array");
        return [.. document.RootElement.EnumerateArray().Select(item => Scalar(item, parameter))];
    }

    // Commas inside braces and parentheses belong to the item.
    private static List<string> Split(string text)
    {
        var items = new List<string>();
        var (start, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || (text[at] == ',' && depth == 0))
            {
                items.Add(text[start..at].Trim());
                start = at + 1;
                continue;
            }

            depth += text[at] switch { '{' or '(' => 1, '}' or ')' => -1, _ => 0 };
        }

        return items;
    }
}
