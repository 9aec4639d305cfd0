using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;

namespace MetaGrains.Core.Incidents;

/// <summary>How an incident is probed, and how its accounts go on after it.</summary>
public static class IncidentPace
{
    /// <summary>Accounts that go on per second after an incident, on average.</summary>
    public const int PerSecond = 20;

    /// <summary>How often a resting account looks whether its incident is over.</summary>
    public static TimeSpan Look { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Shortest time over which accounts go on.</summary>
    public static TimeSpan LeastSpan { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time over which accounts go on.</summary>
    public static TimeSpan MostSpan { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Time from one probe to the next: the first pause, doubled with each that failed.</summary>
    /// <param name="probes">Probes so far.</param>
    /// <param name="first">The first pause.</param>
    /// <param name="most">The longest.</param>
    public static TimeSpan Pause(int probes, TimeSpan first, TimeSpan most)
    {
        var pause = first * Math.Pow(2, Math.Clamp(probes, 0, 20));
        return pause < most ? pause : most;
    }

    /// <summary>
    /// When an account goes on after an incident: a place of its own in a time that is as long as there are many, few at
    /// first and more and more of them, so that Meta is not met by all at once.
    /// </summary>
    public static DateTimeOffset ResumeAt(IncidentNotice incident, DateTimeOffset closedAt, AdAccountKey account)
    {
        var place = (StableHash.Of($"incident/{incident.Id}/{account}") >> 11) * Math.ScaleB(1, -53);
        // The square root makes the rate grow evenly from nothing.
        return closedAt + (Span(incident.Accounts) * Math.Sqrt(place));
    }

    /// <summary>The time over which so many accounts go on.</summary>
    public static TimeSpan Span(int accounts)
    {
        var span = TimeSpan.FromSeconds((double)accounts / PerSecond);
        return span < LeastSpan ? LeastSpan : span > MostSpan ? MostSpan : span;
    }
}
