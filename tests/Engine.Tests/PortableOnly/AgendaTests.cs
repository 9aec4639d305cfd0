using MetaGrains.Engine.Reminders;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Due times and watermarks, with time as a parameter.</summary>
public sealed class AgendaTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(1);
    private static readonly GrainId Grain = GrainId.Create("account", "order:42");

    private readonly ReminderAgenda _agenda = new();

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 1)]
    [InlineData(0.5, 1)]
    [InlineData(1, 2)]
    [InlineData(100.9, 101)]
    public void The_next_due_time_is_the_first_multiple_after_a_moment(double after, double next) =>
        Assert.Equal(Start + (Minute * next), ReminderTimes.NextAfter(Start, Minute, Start + (Minute * after)));

    [Fact]
    public void All_partitions_together_are_all_hashes_and_none_twice()
    {
        var ranges = Enumerable.Range(0, ReminderTimes.Partitions).Select(ReminderTimes.Range).ToArray();

        Assert.Equal(uint.MaxValue, ranges[^1].End);
        Assert.Equal(uint.MaxValue, ranges[0].Begin);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin));
    }

    [Fact]
    public void What_fell_into_an_outage_ticks_once()
    {
        Watermark(Start + (Minute * 2.5));
        _agenda.Put(Entry(Start));

        var now = Start + (Minute * 10.5);
        var due = _agenda.Take(now)!;
        _agenda.Done(due, now);

        Assert.Null(_agenda.Take(now));
        Assert.Equal(Start + (Minute * 11), _agenda.NextDue);
    }

    [Fact]
    public void What_was_ticked_before_the_outage_is_not_ticked_again()
    {
        Watermark(Start + (Minute * 10.2));
        _agenda.Put(Entry(Start));

        Assert.Null(_agenda.Take(Start + (Minute * 10.5)));
        Assert.Equal(Start + (Minute * 11), _agenda.NextDue);
    }

    [Fact]
    public void The_watermark_stays_below_what_is_due_and_not_delivered()
    {
        Watermark(Start - Minute);
        _agenda.Put(Entry(Start));
        var now = Start + (Minute / 2);

        var waiting = Reached(now);
        var due = _agenda.Take(now)!;
        var running = Reached(now);
        _agenda.Done(due, now);
        var done = Reached(now);

        Assert.True(waiting < Start && running < Start);
        Assert.Equal(now - Step, done);
    }

    [Fact]
    public void The_watermark_stays_below_a_registration_under_way()
    {
        _agenda.Hold(Grain, Start);
        Assert.True(Reached(Start + Minute) < Start);

        _agenda.Release(Grain, Start);

        Assert.Equal(Start + Minute - Step, Reached(Start + Minute));
    }

    [Fact]
    public void A_reminder_registered_at_the_moment_of_a_watermark_is_due_at_once()
    {
        Reached(Start);

        _agenda.Put(Entry(Start));

        Assert.Equal(Start, _agenda.Take(Start)!.Due);
    }

    [Fact]
    public void A_tick_that_was_turned_away_is_due_again()
    {
        Watermark(Start - Minute);
        _agenda.Put(Entry(Start));

        _agenda.Again(_agenda.Take(Start)!);

        Assert.NotNull(_agenda.Take(Start));
        Assert.True(Reached(Start + Minute) < Start);
    }

    [Fact]
    public void A_removed_reminder_is_not_ticked_and_holds_nothing_back()
    {
        Watermark(Start - Minute);
        _agenda.Put(Entry(Start));
        var running = _agenda.Take(Start)!;

        _agenda.Remove(Grain, "r");
        _agenda.Done(running, Start);

        Assert.Null(_agenda.Take(Start + (Minute * 5)));
        Assert.Equal(Start + (Minute * 5) - Step, Reached(Start + (Minute * 5)));
        Assert.Equal(0, _agenda.Count);
    }

    [Fact]
    public void A_list_read_before_a_change_does_not_undo_it()
    {
        Watermark(Start - Minute);
        var read = _agenda.Stamp;
        _agenda.Put(Entry(Start));

        _agenda.Merge([], read);
        Assert.Equal(1, _agenda.Count);

        _agenda.Merge([], _agenda.Stamp);
        Assert.Equal(0, _agenda.Count);
    }

    [Fact]
    public void A_row_that_somebody_else_changed_is_taken_over()
    {
        Watermark(Start - Minute);
        _agenda.Put(Entry(Start + (Minute * 100)));

        _agenda.Merge([Entry(Start, "2")], _agenda.Stamp);

        Assert.Equal(Start, _agenda.Take(Start)!.Due);
    }

    private void Watermark(DateTime moment) => _agenda.SetWatermark(ReminderTimes.PartitionOf(Grain), moment);

    private DateTime Reached(DateTime now) => _agenda.Advance(now)[ReminderTimes.PartitionOf(Grain)];

    private static ReminderEntry Entry(DateTime startAt, string etag = "1") => new() { GrainId = Grain, ReminderName = "r", StartAt = startAt, Period = Minute, ETag = etag };
}
