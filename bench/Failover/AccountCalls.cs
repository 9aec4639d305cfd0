using System.Collections.Concurrent;
using MetaGrains.Core.Accounts;
using MetaGrains.Grains.Interfaces;

namespace MetaGrains.Bench.Failover;

/// <summary>Status calls as the API makes them: one that fails or gets lost is made again, until it is answered.</summary>
/// <param name="patience">Who waits longer for an answer gives the benchmark up.</param>
internal sealed class AccountCalls(IGrainFactory grains, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // As the API's (SiloCalls).
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<AdAccountKey, double> _longest = new();
    private int _failed;

    /// <summary>Calls that were answered by an error, or by nothing, and were made again.</summary>
    public int Failed => _failed;

    /// <summary>The longest wait for each account, in seconds.</summary>
    public double[] Waits() => [.. _longest.Values];

    public void Forget()
    {
        _longest.Clear();
        _failed = 0;
    }

    /// <summary>Asks an account once per round, until it is over.</summary>
    public async Task AskOnAsync(AdAccountKey account, TimeSpan first, TimeSpan round, CancellationToken over)
    {
        for (var pause = first; !over.IsCancellationRequested; pause = round)
        {
            await Task.Delay(pause, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await AskAsync(account);
        }
    }

    public async Task AskAsync(AdAccountKey account)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync(account))
        {
            Interlocked.Increment(ref _failed);
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw new InvalidOperationException($"Account {account} does not answer after {patience.TotalSeconds:0} s.");
            await Task.Delay(Pause, TimeProvider.System);
        }

        var waited = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        _longest.AddOrUpdate(account, waited, (_, longest) => Math.Max(longest, waited));
    }

    private async Task<bool> AnswersAsync(AdAccountKey account)
    {
        try
        {
            return await grains.AdAccount(account).GetStatusAsync().WaitAsync(Attempt, TimeProvider.System) is not null;
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return false;
        }
    }
}
