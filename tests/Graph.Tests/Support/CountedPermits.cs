using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>So many permits, counted.</summary>
internal sealed class CountedPermits(int permits = int.MaxValue, Action? whenEmpty = null, Action? whileTaking = null) : ICallPermits
{
    public int Taken { get; private set; }

    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        whileTaking?.Invoke();
        if (Taken == permits)
        {
            whenEmpty?.Invoke();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        Taken++;
    }
}
