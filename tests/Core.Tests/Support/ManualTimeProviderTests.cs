using MetaGrains.Testing;

namespace MetaGrains.Core.Tests.Support;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_each_at_its_own_moment()
    {
        using var late = Arm("late", 30);
        using var early = Arm("early", 10);
        using var same = Arm("same", 30);
        Assert.Equal([10, 30, 30], _time.ArmedTimers.Select(due => (int)(due - _time.GetUtcNow()).TotalSeconds));

        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["early 12:00:10", "late 12:00:30", "same 12:00:30"], _fired);
        Assert.Equal(TimeSpan.FromMinutes(1), _time.GetElapsedTime(0) - TimeSpan.FromTicks(new ManualTimeProvider().GetTimestamp()));
    }

    [Fact]
    public void What_a_callback_arms_fires_in_the_same_advance_and_a_period_goes_on()
    {
        using var periodic = _time.CreateTimer(_ => Note("tick"), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        ITimer? inner = null;
        using var outer = _time.CreateTimer(_ => inner = Arm("inner", 5), null, TimeSpan.FromSeconds(12), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal(["tick 12:00:10", "inner 12:00:17", "tick 12:00:20"], _fired);
        inner!.Dispose();
    }

    [Fact]
    public void The_next_timer_is_reached_in_one_step_and_a_gone_one_never_fires()
    {
        using var first = Arm("first", 3600);
        var gone = Arm("gone", 60);
        gone.Dispose();
        Assert.False(gone.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));

        Assert.True(_time.AdvanceToNextTimer());
        Assert.False(_time.AdvanceToNextTimer());

        Assert.Equal(["first 13:00:00"], _fired);
    }

    [Fact]
    public async Task Delays_end_when_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), _time);

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));

        await delay;
    }

    private ITimer Arm(string name, int seconds) =>
        _time.CreateTimer(_ => Note(name), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name} {_time.GetUtcNow():HH:mm:ss}");
}
