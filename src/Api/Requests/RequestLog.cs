namespace MetaGrains.Api.Requests;

/// <summary>What is logged of requests: never a query, a header or a body.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(100, LogLevel.Information, "{Method} {Route} {Status} in {Milliseconds:0.0} ms, trace {TraceId}")]
    public static partial void Answered(ILogger logger, string method, string route, int status, double milliseconds, string traceId);

    [LoggerMessage(101, LogLevel.Error, "A request failed, trace {TraceId}")]
    public static partial void Failed(ILogger logger, Exception exception, string traceId);

    [LoggerMessage(102, LogLevel.Warning, "A request could not be served, trace {TraceId}: {Reason}")]
    public static partial void Unavailable(ILogger logger, string reason, string traceId);
}
