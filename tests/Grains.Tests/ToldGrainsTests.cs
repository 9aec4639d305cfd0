using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

public sealed class ToldGrainsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);
    private static readonly TenantId Tenant = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));

    private static Behind Account(string mark) => new(BehindKind.Account, Tenant, "act_1", mark);

    [Fact]
    public void Who_stays_behind_is_told_again_after_pauses_that_double_up_to_the_longest()
    {
        var told = new ToldGrains(new SettingsListenerOptions());
        var now = Start;
        var pauses = new List<double>();
        for (var time = 0; time < 10; time++)
        {
            told.Add(Account("1"), succeeded: time % 2 == 0, now);
            var pause = Enumerable.Range(1, 1000).First(second => !told.Holds(Account("1"), now.AddSeconds(second)));
            pauses.Add(pause);
            now = now.AddSeconds(pause);
        }

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 300, 300], pauses);
    }

    [Fact]
    public void Another_state_of_the_same_grain_is_told_at_once_and_its_pauses_begin_anew()
    {
        var told = new ToldGrains(new SettingsListenerOptions());
        for (var time = 0; time < 5; time++)
            told.Add(Account("1"), succeeded: false, Start);

        Assert.True(told.Holds(Account("1"), Start.AddSeconds(20)));
        Assert.False(told.Holds(Account("2"), Start.AddSeconds(20)));
        told.Add(Account("2"), succeeded: false, Start.AddSeconds(20));

        Assert.True(told.Holds(Account("2"), Start.AddSeconds(21)));
        Assert.False(told.Holds(Account("2"), Start.AddSeconds(22)));
    }

    [Fact]
    public void A_run_that_was_taken_up_is_left_alone_for_long_and_one_that_was_not_for_short()
    {
        var run = new Behind(BehindKind.Run, Tenant, "act_1", "7");
        var taken = new ToldGrains(new SettingsListenerOptions());
        var failed = new ToldGrains(new SettingsListenerOptions());

        taken.Add(run, succeeded: true, Start);
        failed.Add(run, succeeded: false, Start);

        Assert.True(taken.Holds(run, Start.AddMinutes(4)));
        Assert.False(taken.Holds(run, Start.AddMinutes(5)));
        Assert.False(failed.Holds(run, Start.AddSeconds(2)));
    }

    [Fact]
    public void Who_is_behind_no_more_is_forgotten_and_begins_anew_later()
    {
        var told = new ToldGrains(new SettingsListenerOptions());
        for (var time = 0; time < 5; time++)
            told.Add(Account("1"), succeeded: false, Start);

        told.Forget(Start.AddSeconds(1));
        Assert.Equal((1, 0), (told.HeldCount(Start.AddSeconds(1)), told.HeldCount(Start.AddMinutes(10))));
        told.Forget(Start.AddMinutes(10));
        told.Add(Account("1"), succeeded: false, Start.AddMinutes(10));

        Assert.False(told.Holds(Account("1"), Start.AddMinutes(10).AddSeconds(2)));
    }
}
