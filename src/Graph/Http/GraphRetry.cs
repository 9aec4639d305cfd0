using MetaGrains.Graph.Errors;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace MetaGrains.Graph.Http;

/// <summary>What happens to the pipelines, for logs and metrics.</summary>
internal sealed record GraphRetryEvents(
    Action<GraphExchange, Exception, int, TimeSpan> OnRetry,
    Action<TimeSpan> OnOpened,
    Action OnClosed);

/// <summary>Which attempts are repeated after how long, their deadlines, and the circuit breaker of the host.</summary>
internal static class GraphRetry
{
    /// <summary>The exchange that a pipeline runs.</summary>
    public static readonly ResiliencePropertyKey<GraphExchange> Exchange = new("MetaGrains.Graph.Exchange");

    // Up to a fifth is added, so that accounts that failed together do not come back together.
    private const double Jitter = 0.2;

    private static readonly TimeSpan BreakerWindow = TimeSpan.FromSeconds(60);

    /// <summary>The deadline of one attempt, or what is left of the request's total.</summary>
    public static ResiliencePipeline Deadline(GraphOptions options, TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(new TimeoutStrategyOptions
            {
                TimeoutGenerator = arguments => ValueTask.FromResult(AttemptTimeout(options, Of(arguments.Context))),
            })
            .Build();

    /// <summary>Repeats attempts, and lets none through while the host does not answer.</summary>
    public static ResiliencePipeline Pipeline(GraphOptions options, TimeProvider time, GraphChance chance, GraphRetryEvents events)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                ShouldHandle = arguments => ValueTask.FromResult(
                    IsWorthRetrying(arguments.Outcome.Exception) && Of(arguments.Context).Spent < options.TotalTimeout),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(options, arguments.AttemptNumber, chance)),
                OnRetry = arguments =>
                {
                    var exchange = Of(arguments.Context);
                    exchange.Spent += arguments.RetryDelay;
                    events.OnRetry(exchange, arguments.Outcome.Exception!, arguments.AttemptNumber + 1, arguments.RetryDelay);
                    return default;
                },
            });
        }

        return builder.AddCircuitBreaker(Breaker(options, events)).Build();
    }

    /// <summary>The wait before a retry, from 0: 1, 2, 4 s and a jitter.</summary>
    public static TimeSpan Delay(GraphOptions options, int retry, GraphChance chance) =>
        options.RetryBaseDelay * Math.Pow(2, retry) * (1 + (Jitter * chance.Next()));

    // It stands outside the permit, so that a call that is not made costs none.
    private static CircuitBreakerStrategyOptions Breaker(GraphOptions options, GraphRetryEvents events) => new()
    {
        FailureRatio = 0.5,
        MinimumThroughput = options.BreakerMinimumCalls,
        SamplingDuration = BreakerWindow,
        BreakDuration = options.BreakDuration,
        ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is GraphException { IsTransport: true } or TimeoutRejectedException),
        OnOpened = arguments =>
        {
            events.OnOpened(arguments.BreakDuration);
            return default;
        },
        OnClosed = _ =>
        {
            events.OnClosed();
            return default;
        },
    };

    private static TimeSpan AttemptTimeout(GraphOptions options, GraphExchange exchange)
    {
        var left = options.TotalTimeout - exchange.Spent;
        return left < options.AttemptTimeout ? left : options.AttemptTimeout;
    }

    private static GraphExchange Of(ResilienceContext context) =>
        context.Properties.TryGetValue(Exchange, out var exchange) ? exchange : throw new InvalidOperationException("The pipeline runs no exchange.");

    private static bool IsWorthRetrying(Exception? failure) =>
        failure is GraphException { WorthRetrying: true } or TimeoutRejectedException;
}
