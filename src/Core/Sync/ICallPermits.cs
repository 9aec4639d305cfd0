namespace MetaGrains.Core.Sync;

/// <summary>The permits of one run. One permit is one HTTP request, since that is what Meta counts.</summary>
public interface ICallPermits
{
    /// <summary>
    /// Takes a permit, waiting for one where there is none. Called right before a request is sent and before its
    /// deadline starts, so that neither a permit that has expired meanwhile nor the wait for one counts as Meta's time.
    /// </summary>
    /// <exception cref="OperationCanceledException">The run was cancelled while it waited.</exception>
    ValueTask TakeAsync(CancellationToken cancellationToken);
}

/// <summary>Permits for callers that no budget stands behind: the command line against the simulator, and tests.</summary>
public static class CallPermits
{
    /// <summary>Always another permit.</summary>
    public static ICallPermits Unlimited { get; } = new Endless();

    private sealed class Endless : ICallPermits
    {
        public ValueTask TakeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
