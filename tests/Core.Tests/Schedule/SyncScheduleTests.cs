using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Keys;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class SyncScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 34, 56, 789, TimeSpan.Zero);

    private static readonly Gen<(DateTimeOffset Moment, TimeSpan Interval, AccountOffset Offset)> Cases =
        from seconds in Gen.Choose(-1_000_000_000, 2_000_000_000)
        from milliseconds in Gen.Choose(0, 999)
        from interval in Gen.OneOf(Gen.Choose(1, 43_200).Select(m => TimeSpan.FromMinutes(m)), Gen.Choose(1, 100_000).Select(ms => TimeSpan.FromMilliseconds(ms)))
        from fraction in Gen.Choose(0, (1 << 30) - 1)
        select (DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMilliseconds(milliseconds), interval, new AccountOffset(fraction));

    [Fact]
    public void The_next_due_time_comes_after_now_within_one_interval_and_lies_on_the_grid() =>
        Properties.Holds(Cases, it =>
        {
            var next = SyncSchedule.NextAfter(it.Moment, it.Interval, it.Offset);

            Assert.True(next > it.Moment && next - it.Moment <= it.Interval);
            Assert.Equal(0, (next - SyncSchedule.Anchor - it.Offset.Within(it.Interval)).Ticks % it.Interval.Ticks);
            Assert.Equal(next - it.Interval, SyncSchedule.LastAtOrBefore(it.Moment, it.Interval, it.Offset));
            Assert.Equal(next + it.Interval, SyncSchedule.NextAfter(next, it.Interval, it.Offset));
        }, tests: 2000);

    [Fact]
    public void However_late_it_is_asked_the_grid_does_not_drift() =>
        Properties.Holds(
            from it in Cases
            from missed in Gen.Choose(1, 1000)
            select (it, missed),
            both =>
            {
                var ((moment, interval, offset), missed) = both;
                var next = SyncSchedule.NextAfter(moment, interval, offset);

                Assert.Equal(next + (interval * missed), SyncSchedule.NextAfter(moment + (interval * missed), interval, offset));
            });

    [Theory]
    [InlineData(60)]
    [InlineData(120)]
    [InlineData(240)]
    [InlineData(1440)]
    public void A_hundred_thousand_accounts_spread_evenly_over_the_interval(int minutes)
    {
        const int accounts = 100_000;
        const int parts = 100;
        var interval = TimeSpan.FromMinutes(minutes);

        var due = StableHashTests.Keys(accounts)
            .Select(key => SyncSchedule.NextAfter(Now, interval, AccountOffset.Of(key)) - Now)
            .GroupBy(wait => (int)(wait.Ticks * parts / (interval.Ticks + 1)))
            .Select(group => group.Count())
            .ToArray();

        Assert.Equal(parts, due.Length);
        // 1,000 expected, standard deviation 31: five of them.
        Assert.All(due, count => Assert.InRange(count, 845, 1155));
    }

    [Fact]
    public void The_place_inside_an_interval_keeps_within_it_and_is_what_SQL_computes() =>
        Properties.Holds(Cases, it =>
        {
            var within = it.Offset.Within(it.Interval);
            var sql = checked(it.Offset.Fraction * (long)it.Interval.TotalMilliseconds) / 1_073_741_824;

            Assert.True(within >= TimeSpan.Zero && within < it.Interval);
            Assert.Equal(sql, within.TotalMilliseconds);
        });

    [Fact]
    public void What_is_overdue_stays_overdue_when_the_interval_changes_and_anything_else_is_due_within_one_new_interval() =>
        Properties.Holds(
            from it in Cases
            from seconds in Gen.Choose(-100_000, 100_000)
            select (it, due: it.Moment.AddSeconds(seconds)),
            both =>
            {
                var ((now, interval, offset), due) = both;
                var retimed = new Recurrence.Every(interval).Retimed(due, now, offset);

                Assert.True(due <= now ? retimed == due : retimed > now && retimed <= now + interval);
            });

    [Fact]
    public void An_interval_that_is_no_interval_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SyncSchedule.NextAfter(Now, TimeSpan.Zero, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyncSchedule.NextAfter(Now, TimeSpan.FromDays(31), default));
    }
}
