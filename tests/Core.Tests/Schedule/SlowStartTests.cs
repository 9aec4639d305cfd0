using FsCheck.Fluent;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Keys;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class SlowStartTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
    private static readonly SlowStart Pace = new(10, 100, TimeSpan.FromSeconds(10));

    [Fact]
    public void A_hundred_thousand_overdue_all_begin_high_first_and_oldest_first_and_never_more_in_a_second_than_the_pace_allows()
    {
        const int accounts = 100_000;
        var line = new StartLine(Pace, Start);
        var starters = StableHashTests.Keys(accounts).Select((key, number) => new Starter((Priority)(number % 3), Start.AddSeconds(-(number * 7919L % 20_000)), key)).ToDictionary(starter => starter.Account);
        var begun = new List<(DateTimeOffset At, Starter Starter)>(accounts);
        foreach (var starter in starters.Values)
        {
            var answer = line.Ask(starter, Start);
            line = answer.Line;
            if (answer.Until is null)
                begun.Add((Start, starter));
        }

        var atOnce = begun.Count;
        for (var now = Start; line.NextAt(now) is { } next;)
        {
            now = next > now ? next : now.AddMilliseconds(1);
            (line, var called) = line.Call(now);
            foreach (var account in called)
            {
                var answer = line.Ask(starters[account], now);
                Assert.Null(answer.Until);
                line = answer.Line;
                begun.Add((now, starters[account]));
            }
        }

        Assert.Equal(accounts, begun.Select(start => start.Starter.Account).Distinct().Count());
        // Those who come first cannot be compared with those who are not there yet.
        Assert.InRange(atOnce, 1, 10);
        Assert.Equal(begun.Skip(atOnce).Select(start => start.Starter).Order(Starter.Order), begun.Skip(atOnce).Select(start => start.Starter));
        foreach (var second in begun.GroupBy(start => (int)(start.At - Start).TotalSeconds))
            Assert.InRange(second.Count(), 0, (2 * Pace.RateAt(TimeSpan.FromSeconds(second.Key + 1))) + 1);
        Assert.InRange(begun[^1].At - Start, Pace.TimeFor(accounts) - TimeSpan.FromSeconds(2), Pace.TimeFor(accounts) + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void In_quiet_times_nobody_waits()
    {
        var line = new StartLine(Pace, Start);
        var now = Start.AddHours(1);

        foreach (var key in StableHashTests.Keys(1000))
        {
            var answer = line.Ask(new Starter(Priority.Low, now, key), now);
            Assert.Null(answer.Until);
            (line, now) = (answer.Line, now.AddMilliseconds(20));
        }
    }

    [Fact]
    public void After_an_outage_a_silo_that_has_long_been_up_begins_as_slowly_as_after_its_start()
    {
        var (line, watch, away) = (new StartLine(Pace, Start), new Standstill(Start), Start.AddHours(1));
        for (var now = Start; now < away; now = now.AddSeconds(5))
            (line, watch) = Look(line, watch, StartSight.Running, now);
        var back = away.AddMinutes(3);
        for (var now = away; now < back; now = now.AddSeconds(5))
            (line, watch) = Look(line, watch, StartSight.StorageAway, now);
        (line, watch) = Look(line, watch, StartSight.Running, back);

        var begun = Begun(line, back, TimeSpan.FromSeconds(40), ref watch);

        foreach (var second in Enumerable.Range(0, 40))
            Assert.InRange(begun.Count(at => (int)(at - back).TotalSeconds == second), 1, (2 * Pace.RateAt(TimeSpan.FromSeconds(second + 1))) + 1);
        Assert.Equal(Pace.Between(TimeSpan.Zero, TimeSpan.FromSeconds(40)), begun.Count, tolerance: 15);
    }

    [Fact]
    public void A_shorter_outage_leaves_the_pace_as_it_is()
    {
        var (line, watch) = Look(new StartLine(Pace, Start), new Standstill(Start), StartSight.Running, Start.AddMinutes(10));
        (line, watch) = Look(line, watch, StartSight.Running, Start.AddMinutes(60));
        for (var second = 5; second <= 60; second += 5)
            (line, watch) = Look(line, watch, StartSight.StorageAway, Start.AddMinutes(60).AddSeconds(second));
        var back = Start.AddMinutes(61);
        (line, watch) = Look(line, watch, StartSight.Running, back);

        Assert.InRange(Begun(line, back, TimeSpan.FromSeconds(10), ref watch).Count, 1000, 1101);
    }

    [Fact]
    public void Resuming_everything_begins_anew_however_short_the_pause_was_and_those_who_wait_keep_their_order()
    {
        AdAccountKey[] keys = [.. StableHashTests.Keys(400)];
        var hour = Start.AddHours(1);
        var (line, watch) = Look(new StartLine(Pace, Start), new Standstill(hour), StartSight.Paused, hour);
        line = keys.Index().Aggregate(line, (all, one) => all.Ask(new Starter(Priority.Medium, Start.AddSeconds(one.Index), one.Item), hour).Line);
        (line, watch) = Look(line, watch, StartSight.Running, hour.AddSeconds(5));

        var called = new List<AdAccountKey>();
        for (var now = hour.AddSeconds(5); now <= hour.AddSeconds(15); now = now.AddMilliseconds(100))
        {
            (line, var some) = line.Call(now);
            called.AddRange(some);
        }

        Assert.InRange(called.Count, 140, 160);
        Assert.Equal(keys[^(line.Count + called.Count)..^line.Count], called);
        Assert.False(watch.See(StartSight.Running, hour.AddSeconds(20)).Anew);
    }

    [Fact]
    public void A_silo_that_did_not_look_for_a_minute_stood_still_itself()
    {
        var watch = new Standstill(Start);

        Assert.False(watch.See(StartSight.Running, Start + Standstill.Longest).Anew);
        Assert.True(watch.See(StartSight.Running, Start + Standstill.Longest + TimeSpan.FromTicks(1)).Anew);
    }

    // Another one wants to begin each millisecond.
    private static List<DateTimeOffset> Begun(StartLine line, DateTimeOffset from, TimeSpan time, ref Standstill watch)
    {
        var begun = new List<DateTimeOffset>();
        foreach (var (number, key) in StableHashTests.Keys((int)time.TotalMilliseconds).Index())
        {
            var now = from.AddMilliseconds(number);
            if (number % 5000 == 0)
                (line, watch) = Look(line, watch, StartSight.Running, now);
            (line, var called) = line.Call(now);
            begun.AddRange(called.Select(_ => now));
            var answer = line.Ask(new Starter(Priority.Medium, from, key), now);
            line = answer.Line;
            if (answer.Until is null)
                begun.Add(now);
        }

        return begun;
    }

    private static (StartLine Line, Standstill Watch) Look(StartLine line, Standstill watch, StartSight sight, DateTimeOffset now)
    {
        (watch, var anew) = watch.See(sight, now);
        return (anew ? line.Anew(now) : line, watch);
    }

    [Fact]
    public void Who_is_told_when_its_turn_comes_is_called_then_and_who_comes_too_late_stands_in_line_again()
    {
        AdAccountKey[] keys = [.. StableHashTests.Keys(50)];
        var line = new StartLine(Pace, Start);
        var turns = new Dictionary<AdAccountKey, DateTimeOffset>();
        foreach (var (number, key) in keys.Index())
        {
            var answer = line.Ask(new Starter(Priority.Medium, Start.AddSeconds(number), key), Start);
            line = answer.Line;
            if (answer.Until is { } until)
                turns.Add(key, until);
        }

        var last = turns[keys[^1]];
        var early = new List<AdAccountKey>();
        for (var now = Start; now < last.AddMilliseconds(-1); now = line.NextAt(now)!.Value.AddTicks(1))
        {
            (line, var called) = line.Call(now);
            early.AddRange(called);
        }

        (line, var then) = line.Call(last.AddMilliseconds(1));
        var late = last + StartLine.CallLasts + TimeSpan.FromSeconds(1);
        var others = StableHashTests.Keys(300).Skip(50).Aggregate(line, (all, key) => all.Ask(new Starter(Priority.High, Start, key), late).Line);

        Assert.Equal(40, turns.Count);
        Assert.Equal(keys[10..^1], early);
        Assert.Equal(keys[^1], Assert.Single(then));
        Assert.Null(line.Ask(new Starter(Priority.Medium, Start, keys[^1]), last.AddSeconds(10)).Until);
        Assert.True(others.Ask(new Starter(Priority.Medium, Start, keys[^1]), late).Until > late);
    }

    [Fact]
    public void Who_has_nothing_to_begin_any_more_leaves_its_place_to_the_next()
    {
        AdAccountKey[] keys = [.. StableHashTests.Keys(20)];
        var line = keys.Aggregate(new StartLine(Pace, Start), (all, key) => all.Ask(new Starter(Priority.Medium, Start, key), Start).Line);

        var shorter = keys.Aggregate(line, (all, key) => all.Without(key));

        Assert.Equal(10, line.Count);
        Assert.Equal(0, shorter.Count);
        Assert.Null(shorter.NextAt(Start));
    }

    [Fact]
    public void The_age_after_so_many_starts_and_the_starts_within_an_age_are_each_others_inverse() =>
        Properties.Holds(
            from first in Gen.Choose(1, 50)
            from factor in Gen.Choose(1, 200)
            from doubling in Gen.Choose(1, 600)
            from age in Gen.Choose(0, 100_000)
            from starts in Gen.Choose(0, 1_000_000)
            select (Pace: new SlowStart(first, first * factor, TimeSpan.FromSeconds(doubling)), Age: TimeSpan.FromSeconds(age), Starts: starts),
            it =>
            {
                var then = it.Pace.AgeAfter(it.Age, it.Starts);

                Assert.True(then >= it.Age - TimeSpan.FromMilliseconds(1));
                Assert.Equal(it.Starts, it.Pace.Between(it.Age, then), 0.001 * (1 + it.Starts));
                Assert.InRange(it.Pace.RateAt(then), it.Pace.First, it.Pace.Most);
            });
}
