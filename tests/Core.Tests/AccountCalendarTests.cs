using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests;

public sealed class AccountCalendarTests
{
    [Theory]
    [InlineData("Europe/Prague", "2026-03-04T22:59:59Z", "2026-03-04")]
    [InlineData("Europe/Prague", "2026-03-04T23:00:00Z", "2026-03-05")]
    [InlineData("America/Los_Angeles", "2026-03-04T07:59:59Z", "2026-03-03")]
    [InlineData("America/Los_Angeles", "2026-03-04T08:00:00Z", "2026-03-04")]
    [InlineData("Pacific/Kiritimati", "2026-03-04T10:00:00Z", "2026-03-05")]
    [InlineData("Pacific/Pago_Pago", "2026-03-04T10:59:59Z", "2026-03-03")]
    [InlineData("Asia/Kolkata", "2026-03-04T18:30:00Z", "2026-03-05")]
    // Daylight saving begins on 2026-03-29: midnight is at 23:00 UTC before and 22:00 UTC after.
    [InlineData("Europe/Prague", "2026-03-28T22:59:59Z", "2026-03-28")]
    [InlineData("Europe/Prague", "2026-03-28T23:00:00Z", "2026-03-29")]
    [InlineData("Europe/Prague", "2026-03-29T21:59:59Z", "2026-03-29")]
    [InlineData("Europe/Prague", "2026-03-29T22:00:00Z", "2026-03-30")]
    // It ends on 2026-10-25, which has 25 hours.
    [InlineData("Europe/Prague", "2026-10-24T22:00:00Z", "2026-10-25")]
    [InlineData("Europe/Prague", "2026-10-25T22:59:59Z", "2026-10-25")]
    [InlineData("Europe/Prague", "2026-10-25T23:00:00Z", "2026-10-26")]
    // Midnight of 2026-09-06 does not exist in Santiago.
    [InlineData("America/Santiago", "2026-09-06T03:59:59Z", "2026-09-05")]
    [InlineData("America/Santiago", "2026-09-06T04:00:00Z", "2026-09-06")]
    public void Today_is_the_date_in_the_accounts_own_zone(string zone, string now, string today) =>
        Assert.Equal(today, DateRange.Iso(Calendar(zone).Today(At(now))));

    [Fact]
    public void The_offset_in_which_a_moment_is_written_does_not_matter() =>
        Assert.Equal(
            Calendar("Europe/Prague").Today(At("2026-03-04T23:30:00Z")),
            Calendar("Europe/Prague").Today(At("2026-03-04T18:30:00-05:00")));

    [Theory]
    [InlineData("2026-04-30T12:00:00Z", "2023-03-30")]
    [InlineData("2026-03-31T12:00:00Z", "2023-02-28")]
    [InlineData("2027-03-31T12:00:00Z", "2024-02-29")]
    [InlineData("2026-01-31T12:00:00Z", "2022-12-31")]
    public void The_oldest_day_is_37_months_back_and_never_past_the_end_of_its_month(string now, string oldest) =>
        Assert.Equal(oldest, DateRange.Iso(Calendar("UTC").Oldest(At(now))));

    [Fact]
    public void Complete_days_end_yesterday_in_the_accounts_zone()
    {
        var days = Calendar("Pacific/Kiritimati").CompleteDays(At("2026-03-04T10:00:00Z"), 7);

        Assert.Equal("2026-02-26..2026-03-04", days.ToString());
    }

    [Fact]
    public void Complete_days_are_as_many_as_asked_never_hold_today_and_are_never_refused() =>
        Prop.ForAll(
                Gen.Choose(0, 2_000_000_000).ToArbitrary(), Gen.Choose(1, 1100).ToArbitrary(),
                Gen.Elements("Europe/Prague", "America/Santiago", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC").ToArbitrary(),
                (seconds, count, zone) =>
                {
                    var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
                    var calendar = Calendar(zone);
                    var days = calendar.CompleteDays(now, count);
                    return days.Days == count && days.Until == calendar.Today(now).AddDays(-1) && calendar.Refuse(days, now) is null;
                })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_complete_days_are_refused(int days) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Calendar("UTC").CompleteDays(At("2026-03-04T10:00:00Z"), days));

    [Fact]
    public void From_the_oldest_day_to_today_is_answered_and_one_day_more_on_either_side_is_not()
    {
        var calendar = Calendar("Europe/Prague");
        var now = At("2026-03-04T23:30:00Z");
        var (oldest, today) = (new DateOnly(2023, 2, 5), new DateOnly(2026, 3, 5));

        Assert.Null(calendar.Refuse(new DateRange(oldest, today), now));
        Assert.Equal(
            "since 2023-02-04 is beyond Meta's 37 months: the oldest day it answers for is 2023-02-05.",
            calendar.Refuse(new DateRange(oldest.AddDays(-1), today), now));
        Assert.Equal(
            "until 2026-03-06 is in the future: today is 2026-03-05 in Europe/Prague.",
            calendar.Refuse(new DateRange(oldest, today.AddDays(1)), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mars/Olympus_Mons")]
    [InlineData("europe/prague ")]
    public void An_unknown_zone_makes_no_calendar(string zone)
    {
        Assert.False(AccountCalendar.TryCreate(zone, out var calendar));
        Assert.Null(calendar);
    }

    private static AccountCalendar Calendar(string zone)
    {
        Assert.True(AccountCalendar.TryCreate(zone, out var calendar));
        Assert.Equal(zone, calendar.ZoneName);
        return calendar;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
