namespace MetaGrains.Bench.Calls;

/// <summary>What a load has measured.</summary>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="P99Micros">99 of 100 answers came within so many microseconds.</param>
internal sealed record LoadFigures(double PerSecond, double P99Micros);

/// <summary>Callers that each send the next message as soon as the last is answered.</summary>
internal static class Load
{
    public const int Callers = 64;
    public const int MessageBytes = 100;

    // More than any caller makes in one round here.
    private const int RoomForTimes = 200_000;

    /// <param name="caller">Makes the call of caller number n.</param>
    public static async Task<LoadFigures> RunAsync(Func<int, Func<Task>> caller, TimeSpan duration)
    {
        var calls = Enumerable.Range(0, Callers).Select(caller).ToArray();
        var began = TimeProvider.System.GetTimestamp();
        var times = await Task.WhenAll(calls.Select(call => Task.Run(() => CallAsync(call, began, duration))));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var sorted = times.SelectMany(time => time).Order().ToArray();
        var p99 = sorted[(int)(sorted.Length * 0.99)];
        return new LoadFigures(sorted.Length / seconds, p99 * 1e6 / TimeProvider.System.TimestampFrequency);
    }

    private static async Task<List<long>> CallAsync(Func<Task> call, long began, TimeSpan duration)
    {
        var times = new List<long>(RoomForTimes);
        var end = began + (long)(duration.TotalSeconds * TimeProvider.System.TimestampFrequency);
        for (var sent = TimeProvider.System.GetTimestamp(); sent < end;)
        {
            await call();
            var answered = TimeProvider.System.GetTimestamp();
            times.Add(answered - sent);
            sent = answered;
        }

        return times;
    }
}
