using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Reads a call off the wire: parameters may stand in the query, in a form or in a JSON object.</summary>
internal static class RequestReader
{
    public static async Task<GraphRequest> ReadAsync(HttpRequest http)
    {
        var request = new GraphRequest(http.Method, $"{http.Scheme}://{http.Host.Value}", http.Path.Value ?? "/");
        foreach (var (name, values) in http.Query)
            request.Take(name, values.Count > 0 ? values[^1] : null);
        if (!HttpMethods.IsGet(http.Method))
            await ReadBodyAsync(http, request);
        if (request.Token is null && Bearer(http) is { } token)
            request.Token = token;
        request.TakeMethod();
        return request;
    }

    private static async Task ReadBodyAsync(HttpRequest http, GraphRequest request)
    {
        if (http.HasFormContentType)
        {
            foreach (var (name, values) in await http.ReadFormAsync(http.HttpContext.RequestAborted))
                request.Take(name, values.Count > 0 ? values[^1] : null);
        }
        else if (http.HasJsonContentType() && http.ContentLength is not 0)
        {
            await ReadJsonAsync(http, request);
        }
    }

    // The official SDKs post JSON: a string is the parameter itself, anything else is its JSON.
    private static async Task ReadJsonAsync(HttpRequest http, GraphRequest request)
    {
        using var body = new StreamReader(http.Body);
        var text = await body.ReadToEndAsync(http.HttpContext.RequestAborted);
        if (text.Length == 0)
            return;
        using var document = ListParameters.Json("body", text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw GraphErrors.Invalid("The body must be a JSON object");
        foreach (var property in document.RootElement.EnumerateObject())
            request.Take(property.Name, property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : property.Value.GetRawText());
    }

    private static string? Bearer(HttpRequest http)
    {
        var text = http.Headers[HeaderNames.Authorization].ToString();
        return text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text["Bearer ".Length..].Trim() : null;
    }
}
