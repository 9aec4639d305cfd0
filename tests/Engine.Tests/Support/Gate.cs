using System.Collections.Concurrent;

namespace MetaGrains.Engine.Tests.Support;

/// <summary>Where a grain and a test meet; both are in one process. The grain reaches it and waits until the test opens it.</summary>
internal sealed class Gate
{
    private static readonly ConcurrentDictionary<string, Gate> All = new();

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static Gate Named(string name) => All.GetOrAdd(name, _ => new Gate());

    public Task Reached => _reached.Task.WaitAsync(Wait.Deadline);

    public bool IsReached => _reached.Task.IsCompleted;

    public void Open() => _open.TrySetResult();

    public Task PassAsync(CancellationToken cancellationToken = default)
    {
        _reached.TrySetResult();
        return _open.Task.WaitAsync(cancellationToken);
    }
}

internal static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Asks again and again until it is so.</summary>
    public static Task UntilAsync(Func<Task<bool>> isSo, string what) => UntilAsync(isSo, () => what);

    /// <summary>The same, with what is known when it did not come.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        while (!await isSo())
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"Waited {Deadline} in vain until {what()}.");
            await pulse.WaitForNextTickAsync();
        }
    }

    public static Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), what);
}

/// <summary>What grains have done, by the key that a test chose.</summary>
internal static class Journal
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> All = new();

    public static void Note(string key, string line) => All.GetOrAdd(key, _ => new()).Enqueue(line);

    public static string[] Of(string key) => All.TryGetValue(key, out var lines) ? [.. lines] : [];

    public static Task UntilAsync(string key, string line) => Wait.UntilAsync(() => Of(key).Contains(line), $"{key} notes '{line}' (so far: {string.Join(", ", Of(key))})");
}
