using System.Globalization;
using NodaTime;

namespace MetaGrains.GraphSimulator.World;

/// <summary>An account's days, seen from one moment.</summary>
internal sealed class WorldCalendar
{
    private readonly DateTimeZone _zone;
    private readonly Instant _now;

    public WorldCalendar(DateTimeZone zone, DateTimeOffset now)
    {
        _zone = zone;
        _now = Instant.FromDateTimeOffset(now);
        Today = TodayIn(zone, now);
    }

    public DateOnly Today { get; }

    /// <summary>How much of today is over, in steps of a quarter of an hour: 0 at midnight, below 1.</summary>
    public double TodayPassed
    {
        get
        {
            const int StepsPerDay = 96;
            var local = _now.InZone(_zone).TimeOfDay;
            return (double)(local.TickOfDay * StepsPerDay / NodaConstants.TicksPerDay) / StepsPerDay;
        }
    }

    /// <summary>The date in a zone.</summary>
    public static DateOnly TodayIn(DateTimeZone zone, DateTimeOffset now)
    {
        var date = Instant.FromDateTimeOffset(now).InZone(zone).Date;
        return new DateOnly(date.Year, date.Month, date.Day);
    }

    /// <summary>The account's date at a moment.</summary>
    public DateOnly DateOf(DateTimeOffset moment) => TodayIn(_zone, moment);

    /// <summary>The current offset, which daylight saving moves.</summary>
    public static double OffsetHours(DateTimeZone zone, DateTimeOffset now) =>
        zone.GetUtcOffset(Instant.FromDateTimeOffset(now)).Seconds / 3600.0;

    /// <summary>Some moment of a day as Meta writes times.</summary>
    public string Stamp(DateOnly date, Chance chance)
    {
        var local = new LocalDate(date.Year, date.Month, date.Day).At(LocalTime.FromSecondsSinceMidnight(chance.Below(86_400)));
        var moment = _zone.AtLeniently(local);
        // What is made today was made before now.
        if (moment.ToInstant() > _now && date == Today)
            moment = _zone.AtStartOfDay(local.Date);
        return Stamp(moment);
    }

    /// <summary>A moment as Meta writes times.</summary>
    public string Stamp(DateTimeOffset moment) => Stamp(Instant.FromDateTimeOffset(moment).InZone(_zone));

    private static string Stamp(ZonedDateTime moment)
    {
        var minutes = moment.Offset.Seconds / 60;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{moment.LocalDateTime.ToDateTimeUnspecified():yyyy-MM-ddTHH:mm:ss}{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:00}{Math.Abs(minutes) % 60:00}");
    }
}
