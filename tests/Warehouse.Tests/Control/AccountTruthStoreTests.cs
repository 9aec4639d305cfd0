using MetaGrains.Core.Insights;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.Options;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class AccountTruthStoreTests
{
    [Fact]
    public async Task Everything_that_is_known_of_an_account_is_put_together()
    {
        await using var control = await ControlFixture.CreateAsync();
        var integration = await new IntegrationStore(control.Database.Source, EncryptionKeys.Parse(EncryptionKeys.Generate()), control.Clock)
            .ConnectAsync(control.Tenant, "main", new AccessToken("secret"), default);
        await control.Database.ExecuteAsync("update ad_accounts set integration_id = $1, tier = 'high', enabled = true", integration);
        await control.Database.ExecuteAsync(
            "insert into sync_cursors (tenant_id, ad_account_id, job, meta_last_window_end, run_epoch, updated_at) values ($1, 'act_101', 'incremental', '2026-03-05', 7, now()), ($1, 'act_101', 'tomorrow', null, 1, now())",
            control.Tenant.Value);
        var run = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Fresh, null, null, "api"), default);

        var truth = await control.Truth.LoadAsync(control.Account, null, default);

        Assert.Equal(
            (true, true, "high", 60, 2, "Europe/Prague", 7),
            (truth!.Settings.Enabled, truth.Settings.TenantEnabled, truth.Settings.Tier.Name, truth.Settings.Tier.IntervalMinutes,
                truth.Settings.Tier.DateRangeDays, truth.Settings.Calendar.ZoneName, truth.Settings.AttributionWindowDays));
        Assert.Equal(new ConnectionKey(integration), truth.Settings.Connection);
        Assert.NotEqual(0, truth.Settings.ConnectionVersion);
        Assert.Equal(4, truth.Settings.Reports.Count(report => report.Breakdowns.IsEmpty));
        Assert.Null(truth.Schedule);
        Assert.Equal([new JobCursor(SyncJob.Incremental, new DateOnly(2026, 3, 5))], truth.Cursors.AsEnumerable());
        Assert.Equal(run, Assert.Single(truth.Requests).RunId);
        Assert.Null(await control.Truth.LoadAsync(control.Account with { Account = Core.Accounts.AdAccountId.Parse("999") }, null, default));
    }

    [Theory]
    [InlineData("update ad_accounts set enabled = true", true)]
    [InlineData("update ad_accounts set tier = 'low'", true)]
    [InlineData("update tenants set sync_enabled = false", true)]
    [InlineData("update meta_sync_config set interval_minutes = 45", true)]
    [InlineData("delete from report_definitions where report = 'ad_daily'", true)]
    [InlineData("update meta_sync_config set description = 'other'", false)]
    [InlineData("update ad_accounts set name = 'other', updated_at = now()", false)]
    [InlineData("update ad_accounts set tier = tier", false)]
    public async Task A_change_of_settings_by_plain_sql_changes_the_version_and_nothing_else_does(string sql, bool raises)
    {
        await using var control = await ControlFixture.CreateAsync();
        var before = (await control.Truth.SettingsAsync(control.Account, default))!.Version;

        await control.Database.ExecuteAsync(sql);

        var after = (await control.Truth.SettingsAsync(control.Account, default))!.Version;
        Assert.Equal(raises, before != after);
    }

    [Fact]
    public async Task The_app_of_the_process_is_the_accounts_and_its_calls_count_against_it()
    {
        await using var control = await ControlFixture.CreateAsync();
        var database = control.Database.Source;
        var store = new AccountTruthStore(
            database, new ReportDefinitionStore(database), new ScheduleStore(database, TimeProvider.System), new RunQueue(database, TimeProvider.System),
            Options.Create(new SyncOptions { AppId = 361744628296290 }));

        var known = (await store.SettingsAsync(control.Account, default))!;
        var unknown = (await control.Truth.SettingsAsync(control.Account, default))!;

        Assert.Contains("app/361744628296290", known.ScopesOf(SyncJob.Tier, control.Account.Account).Select(scope => scope.ToString()));
        Assert.Contains("insights/361744628296290", known.ScopesOf(SyncJob.Tier, control.Account.Account).Select(scope => scope.ToString()));
        Assert.Null(unknown.App);
        Assert.NotEqual(unknown.Version, known.Version);
    }

    [Fact]
    public async Task A_statement_on_settings_is_announced_once_however_many_rows_it_changes()
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.AddAsync("act_102");
        await using var listener = await control.Database.Source.OpenConnectionAsync();
        var heard = new List<string>();
        listener.Notification += (_, notice) => heard.Add(notice.Payload);
        await using (var listen = new Npgsql.NpgsqlCommand("listen metagrains_settings", listener))
            await listen.ExecuteNonQueryAsync();

        await control.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 45 where tier = 'high'");
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'high'");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (heard.Count < 2)
            await listener.WaitAsync(deadline.Token);

        Assert.Equal(["meta_sync_config", "ad_accounts"], heard);
        Assert.Equal(45, (await control.Truth.SettingsAsync(control.Account, default))!.Tier.IntervalMinutes);
    }

    [Fact]
    public async Task Runs_that_were_asked_for_come_back_with_their_days_and_objects_oldest_first_until_they_are_refused()
    {
        await using var control = await ControlFixture.CreateAsync();
        var days = new DateRange(new DateOnly(2026, 2, 1), new DateOnly(2026, 2, 3));
        var plain = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Incremental, null, null, "cli"), default);
        var ranged = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Tier, days, DatePreset.Yesterday, "api"), default);
        var named = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Tier, null, DatePreset.Last7Days, "api"), default);

        var one = new EntityScope(InsightsLevel.AdSet, "8001");
        var single = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Tier, null, null, "api") { Entity = one }, default);
        var rangedSingle = await control.Queue.AskAsync(control.Account, new RunAsk(SyncJob.Tier, days, null, "api") { Entity = one }, default);

        var waiting = await control.Queue.WaitingAsync(control.Account, default);

        Assert.Equal(
            [
                new SyncRequest { RunId = plain, Job = SyncJob.Incremental, Trigger = "cli", AskedAt = ControlFixture.Now },
                new SyncRequest { RunId = ranged, Job = SyncJob.Tier, Trigger = "api", AskedAt = ControlFixture.Now, Range = days },
                new SyncRequest { RunId = named, Job = SyncJob.Tier, Trigger = "api", AskedAt = ControlFixture.Now, Preset = DatePreset.Last7Days },
                new SyncRequest { RunId = single, Job = SyncJob.Tier, Trigger = "api", AskedAt = ControlFixture.Now, Entity = one },
                new SyncRequest { RunId = rangedSingle, Job = SyncJob.Tier, Trigger = "api", AskedAt = ControlFixture.Now, Range = days, Entity = one },
            ],
            waiting);
        Assert.True(await control.Queue.RefuseAsync(ranged, "Meta answers for none of these days.", default));
        Assert.False(await control.Queue.RefuseAsync(ranged, "again", default));
        Assert.Equal([plain, named, single, rangedSingle], (await control.Queue.WaitingAsync(control.Account, default)).Select(request => request.RunId));
        Assert.Equal("Meta answers for none of these days.", await control.Database.ScalarAsync<string>("select error_message from sync_runs where run_id = $1", ranged));
    }
}
