using System.Diagnostics;
using System.Text.Json;
using MetaGrains.Api.Json;

namespace MetaGrains.Api.Problems;

/// <summary>Writes problems as answers.</summary>
internal static class ProblemWriter
{
    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = Problem.MediaType;
        if (problem.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString();
        if (problem.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        return context.Request.Method == HttpMethods.Head
            ? Task.CompletedTask
            : response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(Describe(context, problem), ApiJson.Options), context.RequestAborted).AsTask();
    }

    /// <summary>The id that stands in the log, too: that of the caller's trace where there is one.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private static Problem Describe(HttpContext context, ProblemException problem) => new()
    {
        Type = $"urn:metagrains:problem:{problem.Status}",
        Title = problem.Title,
        Status = problem.Status,
        Detail = problem.Message,
        Instance = context.Request.Path.Value,
        Field = problem.Field,
        Fix = problem.Fix,
        TraceId = TraceId(context),
        Errors = problem.Faults is { Count: > 0 } faults ? faults : null,
    };
}
