using MetaGrains.Api.Problems;
using Polly;
using Polly.Retry;

namespace MetaGrains.Api.Silo;

/// <summary>
/// Calls to grains. PostgreSQL is the truth: grains are told of what is committed, and asked for what only they know.
/// Every call here may be made twice.
/// </summary>
internal sealed class SiloCalls(SiloClient client, TimeProvider clock, ILogger<SiloCalls> logger)
{
    /// <summary>How long a grain is asked, over a restart of its silo.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    // A call that went to a silo which died meanwhile is answered by nobody.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline _patience = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddTimeout(Deadline)
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(Failures.IsSiloAway),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromMilliseconds(500),
            UseJitter = true,
        })
        .AddTimeout(Short)
        .Build();

    /// <summary>Asks a grain for what only it knows; tried again while its silo restarts.</summary>
    /// <exception cref="Exception">No silo answered within <see cref="Deadline"/>: <see cref="Failures.IsSiloAway"/>.</exception>
    public async Task<T> AskAsync<T>(Func<IGrainFactory, Task<T>> call, CancellationToken cancellationToken) =>
        await _patience.ExecuteAsync(async token => await call(client.Grains).WaitAsync(token), cancellationToken);

    /// <summary>Tells a grain of what was committed. If that fails it is logged: the silos find by themselves what is behind.</summary>
    /// <param name="what">What the log calls it.</param>
    /// <returns>Whether it was told.</returns>
    public async Task<bool> TellAsync(string what, Func<IGrainFactory, Task> call)
    {
        try
        {
            // Not by the caller's token: who goes away after the commit has still committed.
            await call(client.Grains).WaitAsync(Short, clock);
            return true;
        }
        catch (Exception exception)
        {
            SiloLog.NotTold(logger, what, exception.Message);
            return false;
        }
    }

    /// <summary>Looks at a grain if that is possible at once; null when it is not.</summary>
    /// <param name="what">What the log calls it.</param>
    public async Task<T?> LookAsync<T>(string what, Func<IGrainFactory, Task<T?>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await call(client.Grains).WaitAsync(Short, clock, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            SiloLog.NotSeen(logger, what, exception.Message);
            return null;
        }
    }
}
