using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests;

[Collection(MemoryCluster.Name)]
public sealed class TimerTests(MemoryCluster cluster)
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_timer_ticks_until_it_is_disposed()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.Tick("t", TimeSpan.Zero, Often);
        await Journal.UntilAsync(key, "t 3");

        await sleeper.StopTicking("t");
        var ticks = Journal.Of(key).Length;
        await sleeper.Tick("u", TimeSpan.Zero, Often);
        await Journal.UntilAsync(key, "u 5");

        Assert.Equal(ticks, Journal.Of(key).Count(line => !line.StartsWith('u')));
    }

    [Fact]
    public async Task A_tick_that_throws_does_not_stop_its_timer()
    {
        var sleeper = Sleeper(out var key);

        await sleeper.Tick("bad", TimeSpan.Zero, Often);

        await Journal.UntilAsync(key, "bad 3");
        await sleeper.StopTicking("bad");
    }

    [Fact]
    public async Task A_timer_without_period_ticks_once()
    {
        var sleeper = Sleeper(out var key);

        await sleeper.Tick("once", TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await sleeper.Tick("often", TimeSpan.Zero, Often);
        await Journal.UntilAsync(key, "often 5");

        Assert.Single(Journal.Of(key), line => line.StartsWith("once", StringComparison.Ordinal));
        await sleeper.End();
    }

    [Fact]
    public async Task A_tick_holds_up_calls_and_never_overlaps_itself()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.TickAtGate(key, Often);
        await Gate.Named(key).Reached;

        var call = sleeper.Life();
        await cluster.Grains.GetGrain<ISleeper>($"sleeper/{Guid.NewGuid():N}").Life();
        Assert.False(call.IsCompleted);
        Assert.Single(Journal.Of(key), line => line == "tick");
        Gate.Named(key).Open();

        await call;
        await sleeper.End();
    }

    [Fact]
    public async Task An_interleaved_tick_lets_calls_pass()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.TickAtGate(key, Often, interleave: true);
        await Gate.Named(key).Reached;

        await sleeper.Life();

        Gate.Named(key).Open();
        await sleeper.End();
    }

    [Fact]
    public async Task The_end_of_the_activation_cancels_the_tick_and_ends_the_timer()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.TickAtGate(key, Often, interleave: true);
        await Gate.Named(key).Reached;

        await sleeper.StopTicking(key);
        await Journal.UntilAsync(key, "tick cancelled");
        await sleeper.End();

        await Journal.UntilAsync(key, "ended: ApplicationRequested");
    }

    private ISleeper Sleeper(out string key) => cluster.Grains.GetGrain<ISleeper>(key = $"sleeper/{Guid.NewGuid():N}");
}
