using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class AccountDirectoryTests
{
    [Fact]
    public async Task Pages_of_a_list_hold_every_account_of_the_tenant_once_and_no_other()
    {
        await using var control = await ControlFixture.CreateAsync();
        var other = (await control.Tenants.MakeAsync("other", new TenantSettings("Other", "EUR", null, null, null), default))!.Id;
        await WarehouseFixture.AddAccountAsync(control.Database, other, "act_102");
        foreach (var number in Enumerable.Range(200, 6))
            await control.AddAsync($"act_{number}");

        var seen = new List<AdAccountId>();
        AdAccountId? after = null;
        while (true)
        {
            var page = await control.Accounts.ListAsync(control.Tenant, new AccountFilter(null, null, after, 3), default);
            seen.AddRange(page.Select(account => account.Key.Account));
            if (page.Count < 3)
                break;
            after = page[^1].Key.Account;
        }

        Assert.Equal(["act_101", "act_200", "act_201", "act_202", "act_203", "act_204", "act_205"], seen.Select(id => id.ToString()));
    }

    [Fact]
    public async Task A_list_is_filtered_by_tier_and_health()
    {
        await using var control = await ControlFixture.CreateAsync();
        var sick = await control.AddAsync("act_102");
        await control.ConnectAsync(sick);
        await control.Accounts.SetSyncAsync(sick, true, "high", default);
        await control.Schedules.WriteAsync(
            [(sick, new ScheduleRow { NextDueAt = null, Offset = AccountOffset.Of(sick), Health = new HealthState(AccountHealth.TokenDead, HealthOwner.Customer, ControlFixture.Now, null, "Connect again.") })],
            default);

        Assert.Equal([sick], (await ListAsync("high", null)).Select(account => account.Key));
        Assert.Equal([sick], (await ListAsync(null, "token_dead")).Select(account => account.Key));
        Assert.Equal([control.Account], (await ListAsync(null, "paused")).Select(account => account.Key));
        Assert.Empty(await ListAsync("low", "token_dead"));

        Task<IReadOnlyList<AccountRecord>> ListAsync(string? tier, string? health) =>
            control.Accounts.ListAsync(control.Tenant, new AccountFilter(tier, health, null, 10), default);
    }

    [Fact]
    public async Task A_switch_shows_in_the_health_before_any_grain_has_taken_it_up()
    {
        await using var control = await ControlFixture.CreateAsync();

        Assert.Equal(("paused", "The account is paused; resume it to sync."), await HealthAsync());
        await control.Accounts.SetSyncAsync(control.Account, true, null, default);
        Assert.Equal(("not_connected", "No connection to Meta reaches this account; connect one."), await HealthAsync());
        await control.ConnectAsync(control.Account);
        Assert.Equal(("active", "It has not run yet."), await HealthAsync());
        await WriteAsync(AccountHealth.Paused, HealthOwner.Customer);
        Assert.Equal(("active", "It is about to sync."), await HealthAsync());
        await WriteAsync(AccountHealth.Paused, HealthOwner.Us);
        Assert.Equal(("paused", "As its grain says."), await HealthAsync());
        await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings(null, null, false, null, null), default);
        Assert.Equal(("paused", "The tenant is paused; resume it to sync."), await HealthAsync());

        async Task<(string, string)> HealthAsync() =>
            await control.Accounts.FindAsync(control.Account, default) is { } account ? (account.Health, account.HealthReason) : default;

        Task WriteAsync(AccountHealth health, HealthOwner owner) => control.Schedules.WriteAsync(
            [(control.Account, new ScheduleRow { NextDueAt = null, Offset = AccountOffset.Of(control.Account), Health = new HealthState(health, owner, ControlFixture.Now, null, "As its grain says.") })],
            default);
    }

    [Fact]
    public async Task Enabling_and_moving_changes_what_is_named_and_an_unknown_tier_changes_nothing()
    {
        await using var control = await ControlFixture.CreateAsync();

        Assert.True(await control.Accounts.SetSyncAsync(control.Account, true, null, default));
        Assert.True(await control.Accounts.SetSyncAsync(control.Account, null, "low", default));
        await Assert.ThrowsAsync<PostgresException>(() => control.Accounts.SetSyncAsync(control.Account, false, "no_such_tier", default));
        Assert.False(await control.Accounts.SetSyncAsync(control.Account with { Account = AdAccountId.Parse("999") }, true, null, default));

        var account = await control.Accounts.FindAsync(control.Account, default);
        Assert.Equal((true, "low"), (account!.Enabled, account.Tier));
    }

    [Fact]
    public async Task Tiers_are_the_programs_own_at_first_and_may_be_changed_within_their_limits()
    {
        await using var control = await ControlFixture.CreateAsync();

        Assert.Equal(
            Tier.Defaults.Select(tier => (tier.Name, tier.IntervalMinutes, tier.DateRangeDays)),
            (await control.Tiers.ListAsync(default)).Select(tier => (tier.Name, tier.IntervalMinutes, tier.DateRangeDays)));
        var changed = await control.Tiers.UpdateAsync("high", 45, null, null, default);
        Assert.Equal((45, 2), (changed!.IntervalMinutes, changed.DateRangeDays));
        Assert.Null(await control.Tiers.UpdateAsync("no_such_tier", 1, 1, null, default));
        await Assert.ThrowsAsync<PostgresException>(() => control.Tiers.UpdateAsync("high", 0, null, null, default));
        await Assert.ThrowsAsync<PostgresException>(() => control.Tiers.UpdateAsync("high", null, 367, null, default));
    }
}
