namespace MetaGrains.Testing;

/// <summary>Waits for an effect, and says which one did not come.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<Task<bool>> holds, string what) => TrueAsync(holds, () => what);

    /// <param name="what">Asked when it did not come: what is known by then.</param>
    public static async Task TrueAsync(Func<Task<bool>> holds, Func<string> what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Deadline)
                throw new TimeoutException($"It did not happen within {Deadline.TotalSeconds:0} s: {what()}.");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
