using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Options;
using Xunit.Abstractions;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class AccountSwitchTests(ITestOutputHelper output)
{
    private const string Accounts = "select ad_account_id, tier, auto_tier, enabled, settings_version from ad_accounts order by 1";

    [Fact]
    public async Task A_hundred_thousand_accounts_change_their_tier_in_one_statement_and_are_due_by_it_and_all_of_their_grains_are_found_behind()
    {
        const int accounts = 100_000;
        await using var control = await ControlFixture.CreateAsync();
        await control.Database.ExecuteAsync(
            """
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name, enabled)
            select $1, 'act_' || n, 'Account', 'EUR', 'Europe/Prague', true from generate_series(1000, $2) n
            """, control.Tenant.Value, 1000 + accounts - 2);
        await control.Database.ExecuteAsync(
            """
            insert into account_schedule (tenant_id, ad_account_id, next_due_at, health_since, updated_at, due_offset, health, health_owner, health_reason, applied_settings)
            select v.tenant_id, v.ad_account_id, due_after(now(), 120, o.place), now(), now(), o.place, 'active', 'us', 'It syncs.', v.version
            from account_settings_versions v, lateral (select hashtext(v.ad_account_id) & 1073741823 as place) o
            """);
        // What was planned for one account is not what does it for all.
        await control.Database.ExecuteAsync("update ad_accounts set updated_at = now() where ad_account_id = 'act_1000'");
        var watch = new SettingsWatch(control.Database.Source, Options.Create(new WarehouseOptions { DatabaseUrl = control.Database.Url }), Options.Create(new SyncOptions()));
        Assert.Empty(await watch.FindAsync(ControlFixture.Now, ControlFixture.Now, 10, default));

        var began = TimeProvider.System.GetTimestamp();
        var changed = await Switches(control).SetAsync(control.Tenant, new AccountSelection("medium"), new AccountsChange(null, "high"), default);
        var took = TimeProvider.System.GetElapsedTime(began);
        output.WriteLine($"{changed.Changed} accounts in one statement: {took.TotalSeconds:0.0} s");

        Assert.Equal(new AccountsChanged(accounts, accounts), changed);
        Assert.Equal(accounts, await control.Database.ScalarAsync<long>(
            "select count(*) from account_settings_versions v join account_schedule s using (tenant_id, ad_account_id) where s.applied_settings <> v.version"));
        Assert.InRange(
            await control.Database.ScalarAsync<long>("select count(*) from account_schedule where next_due_at = due_after(now(), 60, due_offset)"), accounts - 2000, accounts);
        Assert.Equal(500, (await watch.FindAsync(ControlFixture.Now, ControlFixture.Now, 500, default)).Count(behind => behind.Kind == BehindKind.Account));
        Assert.Equal(new AccountsChanged(0, 0), await Switches(control).SetAsync(control.Tenant, new AccountSelection("medium"), new AccountsChange(null, "high"), default));
    }

    [Fact]
    public async Task Only_who_was_otherwise_before_changes_and_a_tier_that_is_named_ends_auto()
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.AddAsync("act_102");
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'auto' where ad_account_id = 'act_102'");
        Assert.Equal(["(act_101,medium,f,f,1)", "(act_102,medium,t,f,2)"], await control.Database.RowsAsync(Accounts));

        Assert.Equal(new AccountsChanged(2, 1), await Switches(control).SetAsync(control.Tenant, new AccountSelection(null), new AccountsChange(null, "auto"), default));
        Assert.Equal(new AccountsChanged(2, 2), await Switches(control).SetAsync(control.Tenant, new AccountSelection(null), new AccountsChange(true, null), default));
        Assert.Equal(["(act_101,medium,t,t,3)", "(act_102,medium,t,t,3)"], await control.Database.RowsAsync(Accounts));
        await control.Accounts.SetSyncAsync(control.Account, false, null, default);
        await control.Accounts.SetSyncAsync(control.Account, null, "medium", default);

        Assert.Equal(["(act_101,medium,f,f,5)", "(act_102,medium,t,t,3)"], await control.Database.RowsAsync(Accounts));
        // What auto_tier itself decides comes with its moment, and leaves it on.
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'low', auto_tier_since = now(), auto_tier_reason = 'quiet' where ad_account_id = 'act_102'");
        Assert.Equal("(act_102,low,t,t,4)", (await control.Database.RowsAsync(Accounts))[1]);
    }

    [Fact]
    public async Task Everything_paused_is_felt_by_every_account_and_by_the_sweeps_and_leaves_no_trace_in_their_own_switches()
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await control.Schedules.WriteAsync(
            [(control.Account, new ScheduleRow
            {
                NextDueAt = ControlFixture.Now.AddHours(-1), Offset = AccountOffset.Of(control.Account), Health = new HealthState(AccountHealth.Active, HealthOwner.Us, ControlFixture.Now, null, "It syncs."),
            })], default);
        var scheduler = new SchedulerSwitch(control.Database.Source, control.Clock);
        var before = (await control.Truth.SettingsAsync(control.Account, default))!;

        var paused = await scheduler.SetAsync(false, "An outage.", "operator", default);
        var during = (await control.Truth.SettingsAsync(control.Account, default))!;
        var asleep = await control.Schedules.OverdueAsync(SweepKey.Of(control.Account), ControlFixture.Now, ControlFixture.Now, 10, default);
        var listed = (await control.Accounts.FindAsync(control.Account, default))!;
        await scheduler.SetAsync(true, null, "operator", default);
        var after = (await control.Truth.SettingsAsync(control.Account, default))!;

        Assert.Equal(new SchedulerState(false, "An outage.", "operator", ControlFixture.Now), paused);
        Assert.Equal((true, false, true), (before.Wanted, during.Wanted, after.Wanted));
        Assert.Equal(3, new[] { before.Version, during.Version, after.Version }.Distinct().Count());
        Assert.Empty(asleep);
        Assert.Equal((true, "paused"), (listed.Enabled, listed.Health));
        Assert.Equal([control.Account], await control.Schedules.OverdueAsync(SweepKey.Of(control.Account), ControlFixture.Now, ControlFixture.Now, 10, default));
    }

    private static AccountSwitches Switches(ControlFixture control) => new(control.Database.Source, control.Clock);
}
