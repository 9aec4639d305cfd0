using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class CronExpressionTests
{
    private static readonly string[] Months = ["jan", "FEB", "Mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    // Fields that name something often enough to be found within some weeks, beside the values that they stand for.
    private static readonly Gen<(string Text, int[] Minutes, int[] Hours, int[] Days, int[] Months, int[] Weekdays)> Cases =
        from minutes in Field(0, 59)
        from hours in Field(0, 23)
        from days in Field(1, 31)
            // A month that has the day.
        from months in days.Item2.Min() > 28 ? Gen.Constant(("*", All(1, 12))) : Gen.OneOf(Gen.Constant(("*", All(1, 12))), Gen.Choose(1, 12).Select(month => (Months[month - 1], (int[])[month])))
        from weekdays in Field(0, 6)
        select ($"{minutes.Item1} {hours.Item1}  {days.Item1} {months.Item1} {weekdays.Item1}",
            minutes.Item2, hours.Item2, days.Item2, months.Item2, weekdays.Item2);

    private static readonly Gen<DateTimeOffset> Moments =
        from seconds in Gen.Choose(1_000_000_000, 2_000_000_000)
        from milliseconds in Gen.Choose(0, 999)
        select DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMilliseconds(milliseconds);

    [Theory]
    [InlineData("5 * * * *", "2026-11-22T12:05:00Z", "2026-11-22T13:05:00Z")]
    [InlineData("5 * * * *", "2026-11-22T12:04:59.999Z", "2026-11-22T12:05:00Z")]
    [InlineData("*/15 * * * *", "2026-12-31T23:46:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("10-40/10,55 0 * * *", "2026-11-22T00:41:00Z", "2026-11-22T00:55:00Z")]
    [InlineData("0 6 31 * *", "2026-11-22T00:00:00Z", "2026-12-31T06:00:00Z")]
    [InlineData("0 0 29 feb *", "2026-11-22T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 0 13 * FRI", "2026-11-22T00:00:00Z", "2026-11-27T00:00:00Z")]
    [InlineData("0 0 * * 7", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z")]
    [InlineData("30 9 * * sat-sun", "2026-11-21T10:00:00Z", "2026-11-22T09:30:00Z")]
    [InlineData("0 */6 * * MON-FRI", "2026-11-20T18:00:00Z", "2026-11-23T00:00:00Z")]
    public void The_next_minute_is_the_one_that_people_mean(string text, string after, string next) =>
        Assert.Equal(At(next), Parse(text).NextAfter(At(after)));

    [Theory]
    [InlineData("", "'' has 0 fields, not five: minute, hour, day of month, month, day of week.")]
    [InlineData("5 * * *", "'5 * * *' has 4 fields, not five: minute, hour, day of month, month, day of week.")]
    [InlineData("@hourly", "'@hourly' has 1 fields, not five: minute, hour, day of month, month, day of week.")]
    [InlineData("60 * * * *", "'60' is no minute: values are 0 to 59.")]
    [InlineData("+5 * * * *", "'+5' is no minute: values are 0 to 59.")]
    [InlineData("5,, * * * *", "'' is no minute: values are 0 to 59.")]
    [InlineData("* 24 * * *", "'24' is no hour: values are 0 to 23.")]
    [InlineData("* * 0 * *", "'0' is no day of month: values are 1 to 31.")]
    [InlineData("* * * sept *", "'sept' is no month: values are 1 to 12 or JAN to DEC.")]
    [InlineData("* * * * 1-2-3", "'1-2-3' is no day of week: values are 0 to 7 or SUN to SAT.")]
    [InlineData("40-10 * * * *", "'40-10' is a minute range that runs backwards.")]
    [InlineData("*/0 * * * *", "'*/0' has no step from 1 to 59 after the slash.")]
    [InlineData("*/5/5 * * * *", "'*/5/5' has no step from 1 to 59 after the slash.")]
    [InlineData("5/15 * * * *", "'5/15' has a step but no range: write 5-59/15.")]
    [InlineData("0 0 30 2 *", "'0 0 30 2 *' names a day that no year has.")]
    public void What_is_no_expression_is_refused_and_says_why(string text, string refusal)
    {
        Assert.False(CronExpression.TryParse(text, out _, out var says));
        Assert.Equal(refusal, says);
    }

    [Fact]
    public void It_names_every_minute_that_its_fields_name_and_no_other() =>
        Properties.Holds(
            from it in Cases
            from moment in Moments
            select (it, moment),
            both =>
            {
                var (it, moment) = both;
                var cron = Parse(it.Text);
                var next = cron.NextAfter(moment);

                Assert.True(next > moment && next is { Second: 0, Millisecond: 0, Offset.Ticks: 0 });
                Assert.True(IsNamed(next));
                // A minute is skipped only when it is not named; a year is walked in the steps that may hold one.
                var first = new DateTimeOffset(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMinute) + TimeSpan.TicksPerMinute, TimeSpan.Zero);
                for (var minute = first; minute < next && minute < first.AddDays(3); minute = minute.AddMinutes(1))
                    Assert.False(IsNamed(minute));

                bool IsNamed(DateTimeOffset at)
                {
                    var (byDate, byWeekday) = (it.Days.Contains(at.Day), it.Weekdays.Contains((int)at.DayOfWeek));
                    var restricted = cron.Text.Split(' ') is [_, _, not "*", _, not "*"];
                    return it.Minutes.Contains(at.Minute) && it.Hours.Contains(at.Hour) && it.Months.Contains(at.Month)
                        && (restricted ? byDate || byWeekday : byDate && byWeekday);
                }
            }, tests: 500);

    private static Gen<(string, int[])> Field(int low, int high) => Gen.OneOf(
        Gen.Constant(("*", All(low, high))),
        Gen.Choose(low, high).Select(value => ($"{value}", (int[])[value])),
        from one in Gen.Choose(low, high)
        from other in Gen.Choose(low, high)
        select ($"{one},{other}", (int[])[one, other]),
        from start in Gen.Choose(low, high)
        from end in Gen.Choose(start, high)
        from step in Gen.Choose(1, Math.Min(7, high))
        select ($"{start}-{end}/{step}", All(start, end).Where(value => (value - start) % step == 0).ToArray()));

    private static int[] All(int low, int high) => [.. Enumerable.Range(low, high - low + 1)];

    private static CronExpression Parse(string text) =>
        CronExpression.TryParse(text, out var cron, out var refusal) ? cron : throw new ArgumentException(refusal);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
