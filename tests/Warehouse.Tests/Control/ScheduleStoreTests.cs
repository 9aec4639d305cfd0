using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class ScheduleStoreTests
{
    private static ScheduleRow Row(AdAccountKey account, TimeSpan dueIn, AccountHealth health = AccountHealth.Active) => new()
    {
        NextDueAt = ControlFixture.Now + dueIn,
        Offset = AccountOffset.Of(account),
        Health = new HealthState(health, HealthOwner.Us, ControlFixture.Now, null, "All is well."),
    };

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        await using var control = await ControlFixture.CreateAsync();
        var full = Row(control.Account, TimeSpan.FromHours(1)) with
        {
            Health = new HealthState(AccountHealth.Checkpointed, HealthOwner.Customer, ControlFixture.Now.AddDays(-1), ControlFixture.Now.AddHours(2), "Log in to Facebook."),
            RateLimitBackoffUntil = ControlFixture.Now.AddMinutes(15),
            RetryAt = ControlFixture.Now.AddMinutes(3),
            ConsecutiveErrors = 4,
            LastError = new LastError(ControlFixture.Now, FailureKind.Checkpointed, "(#190) checkpoint", "Ask the customer to log in.", 190, 459, "AbC"),
        };

        Assert.Null(await control.Schedules.FindAsync(control.Account, default));
        await control.Schedules.WriteAsync([(control.Account, full)], default);
        Assert.Equal(full, await control.Schedules.FindAsync(control.Account, default));

        var bare = Row(control.Account, TimeSpan.FromHours(2)) with { NextDueAt = null };
        await control.Schedules.WriteAsync([(control.Account, bare)], default);
        Assert.Equal(bare, await control.Schedules.FindAsync(control.Account, default));
    }

    [Fact]
    public async Task Every_health_and_owner_that_the_program_knows_can_be_stored()
    {
        await using var control = await ControlFixture.CreateAsync();

        foreach (var health in AccountHealths.All)
        {
            foreach (var owner in Enum.GetValues<HealthOwner>())
            {
                var row = Row(control.Account, TimeSpan.Zero) with { Health = new HealthState(health, owner, ControlFixture.Now, null, "x") };
                await control.Schedules.WriteAsync([(control.Account, row)], default);
                Assert.Equal(row, await control.Schedules.FindAsync(control.Account, default));
            }
        }
    }

    [Fact]
    public async Task The_overdue_are_found_longest_first_without_those_who_wait_for_time_or_for_a_person()
    {
        await using var control = await ControlFixture.CreateAsync();
        var late = await control.AddAsync("act_102");
        var later = await control.AddAsync("act_103");
        var backedOff = await control.AddAsync("act_104");
        var retrying = await control.AddAsync("act_105");
        var parked = await control.AddAsync("act_106");
        var paused = await control.AddAsync("act_107");
        var notDue = await control.AddAsync("act_108");
        await control.Database.ExecuteAsync("update ad_accounts set enabled = ad_account_id not in ('act_101', 'act_107')");
        await control.Schedules.WriteAsync(
            [
                (late, Row(late, TimeSpan.FromMinutes(-10))),
                (later, Row(later, TimeSpan.FromMinutes(-5)) with { RateLimitBackoffUntil = ControlFixture.Now.AddSeconds(-1), RetryAt = ControlFixture.Now }),
                (backedOff, Row(backedOff, TimeSpan.FromMinutes(-9)) with { RateLimitBackoffUntil = ControlFixture.Now.AddSeconds(1) }),
                (retrying, Row(retrying, TimeSpan.FromMinutes(-9)) with { RetryAt = ControlFixture.Now.AddSeconds(1) }),
                (parked, Row(parked, TimeSpan.FromMinutes(-9), AccountHealth.TokenDead)),
                (paused, Row(paused, TimeSpan.FromMinutes(-9))),
                (notDue, Row(notDue, TimeSpan.FromSeconds(-89))),
            ],
            default);

        Assert.Equal(SweepKey.Of(late).Number, await control.Database.ScalarAsync<short>("select sweep from account_schedule where ad_account_id = 'act_102'"));
        await control.Database.ExecuteAsync("update account_schedule set sweep = 7");
        var sweep = new SweepKey(7);
        var overdue = await control.Schedules.OverdueAsync(sweep, ControlFixture.Now.AddSeconds(-90), ControlFixture.Now, 10, default);

        Assert.Equal([late, later], overdue);
        Assert.Equal([late], await control.Schedules.OverdueAsync(sweep, ControlFixture.Now.AddSeconds(-90), ControlFixture.Now, 1, default));
        Assert.Empty(await control.Schedules.OverdueAsync(new SweepKey(8), ControlFixture.Now.AddSeconds(-90), ControlFixture.Now, 10, default));
        await control.Database.ExecuteAsync("update tenants set sync_enabled = false");
        Assert.Empty(await control.Schedules.OverdueAsync(sweep, ControlFixture.Now.AddSeconds(-90), ControlFixture.Now, 10, default));
    }

    [Fact]
    public async Task The_place_inside_an_interval_is_the_same_in_sql()
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.Schedules.WriteAsync([(control.Account, Row(control.Account, TimeSpan.Zero))], default);

        foreach (var minutes in new[] { 1, 7, 60, 240, 43_200 })
        {
            var sql = await control.Database.ScalarAsync<long>(
                "select (due_offset::bigint * $1::bigint * 60000) / 1073741824 from account_schedule", minutes);
            Assert.Equal(AccountOffset.Of(control.Account).Within(TimeSpan.FromMinutes(minutes)), TimeSpan.FromMilliseconds(sql));
        }
    }
}
