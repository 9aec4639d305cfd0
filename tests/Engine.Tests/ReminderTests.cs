using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

/// <summary>What holds for reminders in every table.</summary>
public abstract class ReminderTests(TestCluster cluster)
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rarely = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_reminder_ticks_again_and_again_and_wakes_its_grain()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.Remind("wake", TimeSpan.Zero, Often);

        await Wait.UntilAsync(() => Journal.Of(key).Count(line => line == $"wake {Often}") >= 3, "it ticked three times");
        await cluster.DeactivateAsync((IAddressable)sleeper);
        var before = Journal.Of(key).Count(line => line == "activated");

        await Wait.UntilAsync(() => Journal.Of(key).Count(line => line == "activated") > before, "a tick activated the grain again");
        await sleeper.Forget("wake");
    }

    [Fact]
    public async Task A_handler_that_throws_is_called_again()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.Remind("bad", TimeSpan.Zero, Often);

        await Wait.UntilAsync(() => Journal.Of(key).Count(line => line == $"bad {Often}") >= 2, "it ticked twice");
        await sleeper.Forget("bad");
    }

    [Fact]
    public async Task Reminders_are_listed_found_and_forgotten()
    {
        var sleeper = Sleeper(out _);

        await sleeper.Remind("a", Rarely, Rarely);
        await sleeper.Remind("b", Rarely, Rarely);
        Assert.Equal(["a", "b"], await sleeper.Reminders());
        Assert.False(await sleeper.Has("c"));
        await sleeper.Forget("a");

        Assert.Equal(["b"], await sleeper.Reminders());
        Assert.False(await sleeper.Has("a"));
    }

    [Fact]
    public async Task Registering_again_replaces_due_time_and_period()
    {
        var sleeper = Sleeper(out var key);
        await sleeper.Remind("wake", Rarely, Rarely);

        await sleeper.Remind("wake", Soon, Rarely * 2);

        await Journal.UntilAsync(key, $"wake {Rarely * 2}");
        Assert.Equal(["wake"], await sleeper.Reminders());
    }

    [Fact]
    public async Task A_stale_handle_cannot_unregister()
    {
        var sleeper = Sleeper(out _);
        await sleeper.Remind("wake", Rarely, Rarely);

        await Assert.ThrowsAsync<ReminderException>(() => sleeper.ForgetStale("wake"));

        Assert.True(await sleeper.Has("wake"));
    }

    [Fact]
    public async Task A_period_below_the_minimum_and_a_negative_due_time_are_refused()
    {
        var sleeper = Sleeper(out _);

        await Assert.ThrowsAsync<ArgumentException>(() => sleeper.Remind("wake", TimeSpan.Zero, TimeSpan.FromMilliseconds(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => sleeper.Remind("wake", TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => sleeper.Remind("wake", TimeSpan.FromSeconds(-1), Rarely));

        Assert.Empty(await sleeper.Reminders());
    }

    private ISleeper Sleeper(out string key) => cluster.GrainFactory.GetGrain<ISleeper>(key = $"sleeper/{Guid.NewGuid():N}");
}

[Collection(MemoryCluster.Name)]
public sealed class MemoryReminderTests(MemoryCluster cluster) : ReminderTests(cluster.Cluster);

[Collection(DatabaseCluster.Name)]
public sealed class DatabaseReminderTests(DatabaseCluster cluster) : ReminderTests(cluster.Cluster);
