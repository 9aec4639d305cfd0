using System.Text.Json;

namespace MetaGrains.Graph.Errors;

/// <summary>Finds Meta's error in a body. Total: what is no error of Meta's is null.</summary>
internal static class GraphErrorReader
{
    /// <summary>Reads a whole body: <c>{"error":{…}}</c>.</summary>
    public static GraphError? ReadBody(ReadOnlyMemory<byte> body, Scrubber scrubber) =>
        Parse(body, root =>
            root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) ? Of(error, scrubber) : null);

    /// <summary>Reads the value of an <c>error</c> key.</summary>
    public static GraphError? ReadValue(ReadOnlyMemory<byte> value, Scrubber scrubber) => Parse(value, root => Of(root, scrubber));

    private static GraphError? Parse(ReadOnlyMemory<byte> json, Func<JsonElement, GraphError?> of)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return of(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static GraphError? Of(JsonElement error, Scrubber scrubber)
    {
        if (error.ValueKind == JsonValueKind.String)
            return new GraphError { Message = scrubber.Clean(error.GetString()) };
        if (error.ValueKind != JsonValueKind.Object)
            return null;

        var message = Text(error, "message");
        return new GraphError
        {
            Code = Number(error, "code") ?? NumberInMessage(message),
            Subcode = Number(error, "error_subcode"),
            Type = scrubber.Clean(Text(error, "type")),
            Message = scrubber.Clean(message),
            UserTitle = scrubber.Clean(Text(error, "error_user_title")),
            UserMessage = scrubber.Clean(Text(error, "error_user_msg")),
            IsTransient = Flag(error, "is_transient"),
            TraceId = scrubber.Clean(Text(error, "fbtrace_id")),
            Data = scrubber.Clean(error.TryGetProperty("error_data", out var data) ? TextOf(data) : null),
        };
    }

    // Messages begin with their code, "(#100) …", where a proxy or a recording lost the field.
    private static int? NumberInMessage(string? message)
    {
        if (message is null || !message.StartsWith("(#", StringComparison.Ordinal))
            return null;
        var end = message.IndexOf(')', StringComparison.Ordinal);
        return end > 2 && int.TryParse(message.AsSpan(2, end - 2), out var code) ? code : null;
    }

    private static int? Number(JsonElement owner, string name)
    {
        if (!owner.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt32(out var number) ? number : null,
            JsonValueKind.String => int.TryParse(value.GetString(), out var number) ? number : null,
            _ => null,
        };
    }

    private static bool? Flag(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) ? TextOf(value) : null;

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };
}
