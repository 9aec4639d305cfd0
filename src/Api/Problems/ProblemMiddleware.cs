using MetaGrains.Api.Requests;

namespace MetaGrains.Api.Problems;

/// <summary>Every answer that is an error leaves here, in one shape; what is not expected is logged and not told.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (Exception exception)
        {
            var problem = Failures.Explain(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
                RequestLog.Failed(logger, exception, ProblemWriter.TraceId(context));
            else if (problem.Status == StatusCodes.Status503ServiceUnavailable)
                RequestLog.Unavailable(logger, exception.Message, ProblemWriter.TraceId(context));
            if (context.Response.HasStarted)
                throw;
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        if (!context.Response.HasStarted && Unanswered(context) is { } unanswered)
            await ProblemWriter.WriteAsync(context, unanswered);
    }

    // Routing itself answers these, with a status alone.
    private static ProblemException? Unanswered(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ProblemException.NoRoute(context.Request.Method, Quoted.Of(context.Request.Path)),
        StatusCodes.Status405MethodNotAllowed => ProblemException.WrongMethod(Quoted.Of(context.Request.Method), context.Response.Headers.Allow.ToString()),
        _ => null,
    };
}
