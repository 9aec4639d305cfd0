using MetaGrains.Graph.Errors;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MetaGrains.Graph.Http;

/// <summary>Which attempts are repeated after how long, and the deadline of each.</summary>
internal static class GraphRetry
{
    // Up to a fifth is added, so that accounts that failed together do not come back together.
    private const double Jitter = 0.2;

    /// <summary>The deadline of one attempt.</summary>
    public static ResiliencePipeline Deadline(GraphOptions options, TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(new TimeoutStrategyOptions { Timeout = options.AttemptTimeout }).Build();

    /// <summary>Repeats attempts.</summary>
    /// <param name="onRetry">Called with the failure, the number of the retry from 1, and its delay.</param>
    public static ResiliencePipeline Pipeline(
        GraphOptions options,
        TimeProvider time,
        GraphChance chance,
        Action<ResilienceContext, Exception, int, TimeSpan> onRetry)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                ShouldHandle = static arguments => ValueTask.FromResult(IsWorthRetrying(arguments.Outcome.Exception)),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(options, arguments.AttemptNumber, chance)),
                OnRetry = arguments =>
                {
                    onRetry(arguments.Context, arguments.Outcome.Exception!, arguments.AttemptNumber + 1, arguments.RetryDelay);
                    return default;
                },
            });
        }

        return builder.Build();
    }

    private static bool IsWorthRetrying(Exception? failure) =>
        failure is GraphException { WorthRetrying: true } or TimeoutRejectedException;

    private static TimeSpan Delay(GraphOptions options, int retry, GraphChance chance) =>
        options.RetryBaseDelay * Math.Pow(2, retry) * (1 + (Jitter * chance.Next()));
}
