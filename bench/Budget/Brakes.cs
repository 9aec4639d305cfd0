using MetaGrains.Bench.Virtual;

namespace MetaGrains.Bench.Budget;

/// <summary>The seeds' rule: so many calls in any hour, and a pause of 15 minutes after a throttle. One for all workers.</summary>
internal sealed class FixedCap(int cap) : IBrake
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);

    private readonly Queue<DateTimeOffset> _sent = new();
    private DateTimeOffset _until;

    public DateTimeOffset? Wait(DateTimeOffset now)
    {
        while (_sent.TryPeek(out var oldest) && oldest + Hour <= now)
            _sent.Dequeue();
        if (_until > now)
            return _until;
        return _sent.Count < cap ? null : _sent.Peek() + Hour;
    }

    public void Called(VirtualAnswer answer, DateTimeOffset now)
    {
        _sent.Enqueue(now);
        if (!answer.IsServed)
            _until = now + Pause;
    }
}

/// <summary>
/// Sleeps when the last header that this worker saw says 95 % or more, as connectors do: for 5 minutes, or after a
/// throttle for 15. What other workers saw it does not know.
/// </summary>
internal sealed class HeaderSleep : IBrake
{
    private const double Most = 95;

    private static readonly TimeSpan Sleep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);

    private DateTimeOffset _until;

    public DateTimeOffset? Wait(DateTimeOffset now) => _until > now ? _until : null;

    public void Called(VirtualAnswer answer, DateTimeOffset now)
    {
        if (!answer.IsServed)
            _until = now + Pause;
        else if (answer.Usage.AppInsightsPercent >= Most || answer.Usage.AccountPercent >= Most || answer.Usage.ScorePercent >= Most)
            _until = now + Sleep;
    }
}

/// <summary>
/// Additive increase, multiplicative decrease: a rate that grows by 5 % of where it began with each minute without a
/// throttle and is halved by one, which also costs a minute's silence. One for all workers.
/// </summary>
internal sealed class Aimd(double callsPerHour) : IBrake
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private double _perHour = callsPerHour / 2;
    private DateTimeOffset _next;
    private DateTimeOffset _grown;

    public DateTimeOffset? Wait(DateTimeOffset now)
    {
        if (_grown == default)
            _grown = now;
        for (; _grown + Minute <= now; _grown += Minute)
            _perHour += callsPerHour / 20 / 60;
        return _next > now ? _next : null;
    }

    public void Called(VirtualAnswer answer, DateTimeOffset now)
    {
        if (answer.IsServed)
        {
            _next = now + (TimeSpan.FromHours(1) / _perHour);
            return;
        }

        _perHour = Math.Max(callsPerHour / 20, _perHour / 2);
        (_next, _grown) = (now + Minute, now + Minute);
    }
}
