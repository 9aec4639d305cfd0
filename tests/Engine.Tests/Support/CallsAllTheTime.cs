using MetaGrains.Engine.Tests.Grains;

namespace MetaGrains.Engine.Tests.Support;

/// <summary>Calls grains without a pause, from several callers. Every call must succeed, on our engine at the first try.</summary>
internal sealed class CallsAllTheTime : IAsyncDisposable
{
    private const int Callers = 8;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _calling;
    private int _calls;

    public CallsAllTheTime(IRoamer[] roamers) =>
        _calling = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; !_stop.IsCancellationRequested; i += Callers)
            {
                if (await Promises.TryAsync(roamers[i % roamers.Length].Where) is not null)
                    Interlocked.Increment(ref _calls);
            }
        })));

    /// <summary>Waits until some more calls were made, and throws if any has failed.</summary>
    public async Task StopAsync()
    {
        var before = Volatile.Read(ref _calls);
        await Wait.UntilAsync(() => _calling.IsCompleted || Volatile.Read(ref _calls) > before + 500, "there were calls");
        await _stop.CancelAsync();
        await _calling;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _calling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
