using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Keys;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class RecurrenceTests
{
    private static readonly TimeOnly Three = new(3, 0);

    private static readonly string[] Zones =
        ["UTC", "Europe/Prague", "America/Santiago", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"];

    private static readonly Gen<(DateTimeOffset Moment, AccountOffset Offset)> Cases =
        from seconds in Gen.Choose(1_000_000_000, 2_000_000_000)
        from milliseconds in Gen.Choose(0, 999)
        from fraction in Gen.Choose(0, (1 << 30) - 1)
        select (DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMilliseconds(milliseconds), new AccountOffset(fraction));

    [Fact]
    public void A_nightly_job_is_due_once_in_each_day_of_the_accounts_own_zone_between_three_and_five_by_its_clocks() =>
        Properties.Holds(
            from it in Cases
            from zone in Gen.Elements(Zones)
            select (it, zone),
            both =>
            {
                var ((moment, offset), zone) = both;
                var calendar = Calendar(zone);
                var rule = new Recurrence.Daily(calendar, Three, TimeSpan.FromHours(2));

                var due = rule.NextAfter(moment, offset);
                for (var night = 0; night < 400; night++)
                {
                    var next = rule.NextAfter(due, offset);
                    Assert.Equal(calendar.Today(due).AddDays(1), calendar.Today(next));
                    Assert.InRange(next - due, TimeSpan.FromHours(23), TimeSpan.FromHours(25));
                    var clock = TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById(zone)).TimeOfDay;
                    Assert.InRange(clock, TimeSpan.FromHours(3), TimeSpan.FromHours(5));
                    due = next;
                }
            }, tests: 60);

    [Fact]
    public void However_seldom_it_is_asked_the_due_times_are_the_same() =>
        Properties.Holds(
            from it in Cases
            from zone in Gen.Elements(Zones)
            from back in Gen.Choose(0, 200_000)
            from rule in Gen.Elements<Recurrence>(
                new Recurrence.Daily(Calendar(zone), Three, TimeSpan.FromHours(2)),
                new Recurrence.Cron(Cron("*/7 * * * *")), new Recurrence.Cron(Cron("5 * * * *")), new Recurrence.Every(TimeSpan.FromMinutes(60)))
            select (it, rule, back),
            it =>
            {
                var ((moment, offset), rule, back) = it;
                var due = rule.NextAfter(moment, offset);

                Assert.True(due > moment);
                // Whoever asks a moment before it is told the same; whoever starts earlier comes by it.
                Assert.Equal(due, rule.NextAfter(due.AddMilliseconds(-1), offset));
                var walked = rule.NextAfter(moment.AddSeconds(-back), offset);
                while (walked <= moment)
                    walked = rule.NextAfter(walked, offset);
                Assert.Equal(due, walked);
                Assert.True(rule.IntervalAfter(due, offset) > TimeSpan.Zero);
            }, tests: 500);

    [Theory]
    // The clocks go forward from 2 to 3 on 2026-03-29 in Prague, and back on 2026-10-25; Santiago changes at midnight.
    [InlineData("Europe/Prague", "2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z")]
    [InlineData("Europe/Prague", "2026-03-27T12:00:00Z", "2026-03-28T03:00:00Z")]
    [InlineData("Europe/Prague", "2026-10-24T12:00:00Z", "2026-10-25T03:00:00Z")]
    [InlineData("America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T07:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-30T14:00:00Z")]
    public void The_hour_is_that_of_the_accounts_clocks_also_when_they_change(string zone, string after, string due)
    {
        var rule = new Recurrence.Daily(Calendar(zone), new TimeOnly(4, 0), TimeSpan.FromHours(2));

        Assert.Equal(At(due), rule.NextAfter(At(after), new AccountOffset(0)));
    }

    [Fact]
    public void A_time_that_daylight_saving_skips_comes_as_much_later()
    {
        var rule = new Recurrence.Daily(Calendar("Europe/Prague"), new TimeOnly(2, 30), TimeSpan.FromHours(1));

        Assert.Equal(At("2026-03-29T01:30:00Z"), rule.NextAfter(At("2026-03-28T12:00:00Z"), new AccountOffset(0)));
    }

    [Fact]
    public void A_hundred_thousand_accounts_of_one_cron_minute_spread_evenly_over_ten_minutes_and_keep_before_the_next_one()
    {
        const int parts = 100;
        var hourly = new Recurrence.Cron(Cron("5 * * * *"));
        var minutely = new Recurrence.Cron(Cron("* * * * *"));
        var now = At("2026-11-22T12:04:59Z");

        var due = StableHashTests.Keys(100_000).Select(AccountOffset.Of).Select(offset => hourly.NextAfter(now, offset) - At("2026-11-22T12:05:00Z")).ToArray();

        Assert.All(due, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromMinutes(10)));
        // 1,000 expected, standard deviation 31: five of them.
        Assert.All(due.GroupBy(wait => (int)(wait.Ticks * parts / (TimeSpan.TicksPerMinute * 10))), group => Assert.InRange(group.Count(), 845, 1155));
        Assert.All(StableHashTests.Keys(100).Select(AccountOffset.Of), offset => Assert.InRange(minutely.NextAfter(now, offset) - now, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1)));
    }

    private static AccountCalendar Calendar(string zone) =>
        AccountCalendar.TryCreate(zone, out var calendar) ? calendar : throw new ArgumentException(zone);

    private static CronExpression Cron(string text) =>
        CronExpression.TryParse(text, out var cron, out var refusal) ? cron : throw new ArgumentException(refusal);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
