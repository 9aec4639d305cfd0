using MetaGrains.Engine.Reminders;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>When the timer of reminders rings.</summary>
public sealed class TickTimerTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new(Start);
    private readonly TickTimer _timer;
    private int _rings;

    public TickTimerTests() => _timer = new TickTimer(_time, () => _rings++);

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    public void Dispose() => _timer.Dispose();

    [Fact]
    public void It_rings_once_for_all_that_is_due_within_the_gathering_however_often_it_is_set()
    {
        for (var passed = 0; passed < 10; passed++)
        {
            _timer.Set(Now + Millisecond, Now);
            _time.Advance(Millisecond);
        }

        Assert.Equal(0, _rings);
        _time.Advance(TickTimer.Gathering - (10 * Millisecond));
        Assert.Equal(1, _rings);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, _rings);
    }

    [Fact]
    public void It_rings_on_time_for_what_is_due_later_and_earlier_for_what_comes_in_between()
    {
        _timer.Set(Now.AddMinutes(10), Now);
        _timer.Set(Now.AddMinutes(1), Now);
        _timer.Set(Now.AddMinutes(5), Now);

        _time.Advance(TimeSpan.FromMinutes(1) - Millisecond);
        Assert.Equal(0, _rings);
        _time.Advance(Millisecond);
        Assert.Equal(1, _rings);
    }

    [Fact]
    public void Once_it_has_rung_it_can_be_set_for_any_moment()
    {
        _timer.Set(Now, Now);
        _time.Advance(TickTimer.Gathering);
        _timer.Rang();

        _timer.Set(Now.AddMinutes(1), Now);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(2, _rings);
    }

    [Fact]
    public void It_rings_after_an_hour_where_nothing_is_due_sooner()
    {
        _timer.Set(Now.AddDays(1000), Now);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, _rings);
    }
}
