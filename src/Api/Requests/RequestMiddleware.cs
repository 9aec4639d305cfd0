using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Requests;

/// <summary>Logs each request when it is over, and sets the headers that hold for every answer.</summary>
internal sealed class RequestMiddleware(RequestDelegate next, TimeProvider clock, ILogger<RequestMiddleware> logger)
{
    private const string NoRoute = "(no route)";

    public async Task InvokeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        context.Response.OnStarting(static state => SetHeaders((HttpContext)state), context);
        try
        {
            await next(context);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;
            RequestLog.Answered(
                logger, Quoted.Of(context.Request.Method), route, context.Response.StatusCode,
                clock.GetElapsedTime(began).TotalMilliseconds, ProblemWriter.TraceId(context));
        }
    }

    private static Task SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // Answers hold what only one caller may see, and age at once.
        if (!headers.ContainsKey("Cache-Control"))
            headers.CacheControl = "no-store";
        if (!headers.ContainsKey("Content-Security-Policy"))
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        return Task.CompletedTask;
    }
}
