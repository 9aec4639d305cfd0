using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Reads;

/// <summary>
/// How many long answers may be under way: each holds a connection to PostgreSQL for as long as its caller reads, and
/// the rest of the API needs some, too.
/// </summary>
internal sealed class StreamSlots : IDisposable
{
    /// <summary>Long answers at once, per process.</summary>
    public const int Most = 6;

    private const int RetryAfter = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _free = new(Most, Most);

    /// <summary>Takes one, after a short wait where short answers are in the way; disposing gives it back.</summary>
    /// <exception cref="ProblemException">None is free.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken) => await _free.WaitAsync(Patience, cancellationToken)
        ? new Slot(_free)
        : throw ProblemException.Unavailable(
            $"{Most} long answers are under way already.", "Try again after the seconds of Retry-After, or ask for pages with limit.", RetryAfter);

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
