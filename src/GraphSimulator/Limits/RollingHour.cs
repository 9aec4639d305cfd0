namespace MetaGrains.GraphSimulator.Limits;

/// <summary>A count over the last hour, in steps of five minutes: small enough to keep for every account.</summary>
internal sealed class RollingHour
{
    private const int Steps = 12;
    private const long TicksPerStep = TimeSpan.TicksPerHour / Steps;

    private readonly int[] _counts = new int[Steps];
    private long _step;

    /// <summary>Counts one call.</summary>
    /// <returns>All calls of the hour, this one included.</returns>
    public int Add(DateTimeOffset now)
    {
        lock (_counts)
        {
            var step = now.UtcTicks / TicksPerStep;
            for (var passed = Math.Max(_step + 1, step - Steps + 1); passed <= step; passed++)
                _counts[passed % Steps] = 0;
            _step = Math.Max(_step, step);
            _counts[_step % Steps]++;
            return _counts.Sum();
        }
    }
}
