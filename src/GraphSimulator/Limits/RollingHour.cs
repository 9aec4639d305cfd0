namespace MetaGrains.GraphSimulator.Limits;

/// <summary>A count over the last hour, in steps of five minutes: small enough to keep for every account.</summary>
internal sealed class RollingHour
{
    private const int Steps = 12;
    private const int MinutesPerStep = 60 / Steps;
    private const long TicksPerStep = TimeSpan.TicksPerHour / Steps;

    private readonly int[] _counts = new int[Steps];
    private long _step;

    /// <summary>Counts calls.</summary>
    /// <returns>All calls of the hour, these included.</returns>
    public int Add(DateTimeOffset now, int calls = 1)
    {
        lock (_counts)
        {
            Move(now);
            _counts[_step % Steps] += calls;
            return _counts.Sum();
        }
    }

    public int Count(DateTimeOffset now) => Add(now, 0);

    /// <summary>Minutes until fewer than a number are in the hour if nobody calls; at least one.</summary>
    public int MinutesUntilBelow(long allowance, DateTimeOffset now)
    {
        lock (_counts)
        {
            Move(now);
            long left = _counts.Sum();
            var intoStep = (int)(now.UtcTicks % TicksPerStep / TimeSpan.TicksPerMinute);
            for (var gone = 1; gone <= Steps; gone++)
            {
                left -= _counts[(_step + gone) % Steps];
                if (left < allowance)
                    return Math.Max(1, (gone * MinutesPerStep) - intoStep);
            }

            return 60;
        }
    }

    private void Move(DateTimeOffset now)
    {
        var step = now.UtcTicks / TicksPerStep;
        for (var passed = Math.Max(_step + 1, step - Steps + 1); passed <= step; passed++)
            _counts[passed % Steps] = 0;
        _step = Math.Max(_step, step);
    }
}
