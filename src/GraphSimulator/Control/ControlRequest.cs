using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>A call to <c>/_sim</c>, and how its parameters are read.</summary>
internal sealed class ControlRequest(HttpRequest http)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Method and path behind <c>/_sim</c>: <c>GET /health</c>.</summary>
    public string Route { get; } = $"{http.Method} {http.Path.Value?[ControlEndpoint.Prefix.Length..]}";

    public async Task<T> ReadAsync<T>() =>
        await JsonSerializer.DeserializeAsync<T>(http.Body, Json, http.HttpContext.RequestAborted)
            ?? throw new ArgumentException("The body must be a JSON object.");

    public string? Find(string name) => http.Query.TryGetValue(name, out var value) && value.Count == 1 && value[0] is { Length: > 0 } text ? text : null;

    public string Text(string name) => Find(name) ?? throw new ArgumentException($"The parameter {name} is missing.");

    public DateOnly Date(string name) =>
        DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new ArgumentException($"The parameter {name} must be YYYY-MM-DD.");

    public int Number(string name, int otherwise) => (int)Math.Min(int.MaxValue, NumberOrNull(name) ?? otherwise);

    public long? NumberOrNull(string name)
    {
        if (!http.Query.ContainsKey(name))
            return null;
        return long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"The parameter {name} must be a number.");
    }
}
