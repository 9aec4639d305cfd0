using NodaTime;

namespace MetaGrains.Core.Time;

/// <summary>
/// The calendar of one ad account. Meta cuts days at midnight of the account's own zone, so "today" is a question
/// to the account and never to the server.
/// </summary>
public sealed class AccountCalendar
{
    /// <summary>
    /// How far back insights reach: a <c>since</c> before that is answered with error 3018, "the start date of the
    /// time range cannot be beyond 37 months from the current date" (Insights edge reference).
    /// </summary>
    public const int HistoryMonths = 37;

    private readonly DateTimeZone _zone;
    private Day? _last;

    private AccountCalendar(DateTimeZone zone) => _zone = zone;

    /// <summary>The IANA name, as Meta gives it in <c>timezone_name</c>.</summary>
    public string ZoneName => _zone.Id;

    /// <summary>A calendar for an IANA zone name. Meta's current offset is not enough: daylight saving moves it.</summary>
    /// <returns>False when the zone is unknown.</returns>
    public static bool TryCreate(string zoneName, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AccountCalendar? calendar)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneName);
        calendar = zone is null ? null : new AccountCalendar(zone);
        return calendar is not null;
    }

    /// <summary>The account's date at a moment.</summary>
    public DateOnly Today(DateTimeOffset now)
    {
        // Asked for with every decision, nearly always of the same day.
        if (_last is { } last && now.UtcTicks >= last.Begins && now.UtcTicks < last.Ends)
            return last.Date;
        var local = Instant.FromDateTimeOffset(now).InZone(_zone);
        var day = new Day(new DateOnly(local.Year, local.Month, local.Day), now.UtcTicks - local.TickOfDay, now.UtcTicks - local.TickOfDay + TimeSpan.TicksPerDay);
        // Where the clocks are changed, the day is looked up anew.
        var even = local.GetZoneInterval();
        _last = day with
        {
            Begins = even.HasStart ? Math.Max(day.Begins, even.Start.ToDateTimeUtc().Ticks) : day.Begins,
            Ends = even.HasEnd ? Math.Min(day.Ends, even.End.ToDateTimeUtc().Ticks) : day.Ends,
        };
        return day.Date;
    }

    /// <summary>
    /// The moment at which the clocks of the account's zone show a time. One that daylight saving skips comes as much
    /// later as is skipped; one that it repeats is the first of the two.
    /// </summary>
    public DateTimeOffset At(DateOnly day, TimeOnly time) =>
        new LocalDate(day.Year, day.Month, day.Day).At(LocalTime.FromTicksSinceMidnight(time.Ticks)).InZoneLeniently(_zone).ToInstant().ToDateTimeOffset();

    /// <summary>The oldest day that Meta still answers for.</summary>
    public DateOnly Oldest(DateTimeOffset now) => Today(now).AddMonths(-HistoryMonths);

    /// <summary>The last <paramref name="days"/> complete days: it ends yesterday.</summary>
    public DateRange CompleteDays(DateTimeOffset now, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var today = Today(now);
        return new DateRange(today.AddDays(-days), today.AddDays(-1));
    }

    // Between two moments, in ticks of UTC, it is this day.
    private sealed record Day(DateOnly Date, long Begins, long Ends);

    /// <summary>Says what is wrong with a range that a person asked for, or null when Meta would answer it.</summary>
    public string? Refuse(DateRange range, DateTimeOffset now)
    {
        var oldest = Oldest(now);
        if (range.Since < oldest)
            return $"since {DateRange.Iso(range.Since)} is beyond Meta's {HistoryMonths} months: the oldest day it answers for is {DateRange.Iso(oldest)}.";
        var today = Today(now);
        if (range.Until > today)
            return $"until {DateRange.Iso(range.Until)} is in the future: today is {DateRange.Iso(today)} in {ZoneName}.";
        return null;
    }
}
