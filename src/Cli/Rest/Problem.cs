using System.Net;
using System.Text.Json;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Rest;

/// <summary>Turns an answer that is no success into one line and an exit code.</summary>
internal static class Problem
{
    private const int MaxText = 600;

    public static CliException Of(Uri api, HttpStatusCode status, string? mediaType, string body)
    {
        var said = mediaType is "application/problem+json" or "application/json" ? Read(body) : null;
        var line = said ?? $"HTTP {(int)status}: is that the API of MetaGrains?";
        return status switch
        {
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests =>
                CliException.Unavailable($"The API at {api} is not available now. {line}"),
            >= HttpStatusCode.InternalServerError => new CliException(ExitCode.Failed, $"The API at {api} failed. {line}"),
            _ => CliException.BadInput(line),
        };
    }

    // The problem itself, then each error it lists: what is wrong, and what to do.
    private static string? Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var problem = document.RootElement;
            if (problem.ValueKind != JsonValueKind.Object)
                return null;
            var parts = new List<string> { Sentence(problem, Text(problem, "detail") ?? Text(problem, "title")) };
            if (problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
                parts.AddRange(errors.EnumerateArray().Select(error => Sentence(error, Text(error, "detail"))));
            if (Text(problem, "trace_id") is { } trace && problem.TryGetProperty("status", out var status) && status.TryGetInt32(out var code) && code >= 500)
                parts.Add($"(trace {trace})");
            var line = string.Join(' ', parts.Where(part => part.Length > 0).Distinct());
            return line.Length == 0 ? null : line.Length > MaxText ? line[..MaxText] + "…" : line;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Sentence(JsonElement problem, string? detail)
    {
        var field = Text(problem, "field") is { } named && detail?.Contains(named, StringComparison.Ordinal) != true ? $"{named}: " : "";
        var fix = Text(problem, "fix") is { } advice && advice != detail ? $" {advice}" : "";
        return string.Join(' ', $"{field}{detail}{fix}".Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
