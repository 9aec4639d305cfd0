using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Every job of an account comes by itself, at its own time.</summary>
public sealed class RecurringJobsTests
{
    [Fact]
    public void In_two_days_every_job_that_recurs_ran_as_often_as_its_rule_says()
    {
        var model = new AccountModel(AccountModel.Settings() with { IncrementalCron = Cron("5 */6 * * *") }).Settle();
        model.Started.Clear();

        Live(model, TimeSpan.FromDays(2));

        var runs = model.Started.CountBy(run => run.Plan.Job).ToDictionary();
        Assert.Equal(new Dictionary<SyncJob, int>
        {
            [SyncJob.Tier] = 48,
            [SyncJob.Fresh] = 2,
            [SyncJob.Incremental] = 8,
            [SyncJob.Deep] = 2,
            [SyncJob.Entities] = 12,
            [SyncJob.Reconcile] = 2,
        }, runs);
        Assert.All(model.Started.Where(run => run.Plan.Job == SyncJob.Deep), run => Assert.Equal(Priority.Low, run.Plan.Priority));
    }

    [Fact]
    public void Whatever_an_outage_missed_is_one_run_of_each_job()
    {
        var model = new AccountModel().Settle();
        model.Started.Clear();

        model.After(TimeSpan.FromDays(5));
        model.Activate();
        model.Settle();

        Assert.All(model.Started.CountBy(run => run.Plan.Job), job => Assert.Equal(1, job.Value));
        Assert.Equal(5, model.Started.Count);
    }

    [Fact]
    public void Everything_paused_makes_no_run_and_resumed_makes_one_of_each_job_and_tries_nobody_who_waits_for_a_person()
    {
        var model = new AccountModel().Settle();
        model.Started.Clear();

        model.Send(new SyncEvent.SettingsChanged(model.Stored with { Version = "2", SchedulerEnabled = false }));
        Live(model, TimeSpan.FromDays(5));
        Assert.Empty(model.Started);
        Assert.Contains("everything is paused by the operator", SyncExplain.Explain(model.State, model.Now)[0].Text, StringComparison.Ordinal);
        model.After(TimeSpan.FromDays(5)).Send(new SyncEvent.SettingsChanged(model.Stored with { Version = "3" }));
        model.Settle();

        Assert.All(model.Started.CountBy(run => run.Plan.Job), job => Assert.Equal(1, job.Value));
        Assert.Equal(5, model.Started.Count);

        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant().Fail(FailureKind.TokenDead);
        model.Send(new SyncEvent.SettingsChanged(model.Stored with { Version = "4", SchedulerEnabled = false }));
        model.Send(new SyncEvent.SettingsChanged(model.Stored with { Version = "5" }));
        Assert.NotNull(model.State.Parked);
        Assert.Null(model.State.Ask);
    }

    [Fact]
    public void A_job_that_falls_due_during_a_run_waits_for_it_and_is_not_lost()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();
        model.Started.Clear();

        model.After(TimeSpan.FromHours(30));
        Assert.Empty(model.Started);
        model.Succeed().Settle();

        Assert.Equal(
            [SyncJob.Tier, SyncJob.Fresh, SyncJob.Deep, SyncJob.Entities, SyncJob.Reconcile],
            model.Started.Select(run => run.Plan.Job).Order());
    }

    [Fact]
    public void An_account_whose_zone_changes_reads_28_days_once_even_when_its_grain_is_moved_in_between()
    {
        var model = new AccountModel().Settle();
        model.Started.Clear();

        model.Stored = model.Stored with { Version = "2", Calendar = Calendar("Asia/Tokyo") };
        model.Send(new SyncEvent.SettingsChanged(model.Stored));
        model.Activate();
        model.Settle();
        model.Send(new SyncEvent.SettingsChanged(model.Stored with { Version = "3" })).Settle();

        var run = Assert.Single(model.Started);
        Assert.Equal((SyncJob.Deep, "2026-10-25..2026-11-21"), (run.Plan.Job, run.Plan.Window.ToString()));
    }

    [Fact]
    public void A_zone_that_changed_while_the_grain_was_away_is_seen_when_it_comes_back()
    {
        var model = new AccountModel().Settle();
        model.Started.Clear();

        model.Stored = model.Stored with { Version = "2", Calendar = Calendar("Pacific/Auckland") };
        model.Activate();
        model.Settle();
        model.Activate();
        model.Settle();

        Assert.Equal([SyncJob.Deep], model.Started.Select(run => run.Plan.Job));
    }

    [Fact]
    public void A_tier_with_a_cron_expression_follows_it_and_one_that_is_none_leaves_the_interval_in_force_and_says_so()
    {
        var model = new AccountModel().Settle();
        var settings = AccountModel.Settings();

        model.Send(new SyncEvent.SettingsChanged(settings with { Version = "2", Tier = settings.Tier with { Cron = "30 4 * * *" } }));
        var due = model.State.Job(SyncJob.Tier).NextDue!.Value;
        Assert.InRange(due, new DateTimeOffset(2026, 11, 23, 4, 30, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 23, 4, 40, 0, TimeSpan.Zero));
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Text.StartsWith("Tier high: at 30 4 * * * UTC", StringComparison.Ordinal));

        model.Send(new SyncEvent.SettingsChanged(settings with { Version = "3", Tier = settings.Tier with { Cron = "at noon" } }));
        Assert.Equal(SyncSchedule.NextAfter(model.Now, TimeSpan.FromHours(1), model.State.Offset), model.State.Job(SyncJob.Tier).NextDue);
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Text.Contains("Its cron expression is not used: 'at noon' has 2 fields", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_switched_off_or_has_nothing_to_read_never_falls_due_and_cannot_be_asked_for()
    {
        var model = new AccountModel(AccountModel.Settings() with
        {
            EntitiesInterval = null,
            FreshInterval = null,
            Reports = [InsightsReport.Daily(InsightsLevel.Ad) with { Jobs = [SyncJob.Tier] }],
        }).Settle();
        model.Started.Clear();

        Live(model, TimeSpan.FromDays(2));
        Assert.All(model.Started, run => Assert.Equal(SyncJob.Tier, run.Plan.Job));

        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Deep)));
        Assert.Equal("No report is defined for the job deep.", Assert.Single(model.Effects.OfType<SyncEffect.RefuseRequest>()).Reason);
    }

    [Fact]
    public void Objects_are_read_as_they_are_and_take_no_days()
    {
        var model = new AccountModel().Settle();

        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Entities) with { Preset = DatePreset.Yesterday }));
        Assert.Contains("takes no days", Assert.Single(model.Effects.OfType<SyncEffect.RefuseRequest>()).Reason, StringComparison.Ordinal);
        model.Send(new SyncEvent.Triggered(model.Request(8, SyncJob.Entities))).Settle();

        Assert.Contains(8L, model.Answered);
        Assert.Null(model.State.Job(SyncJob.Entities).Cursor);
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Text.Contains("would read campaigns, ad sets, ads and creatives, read at", StringComparison.Ordinal));
    }

    private static void Live(AccountModel model, TimeSpan span)
    {
        for (var end = model.Now + span; ;)
        {
            model.Settle();
            if (model.State.WakeAt is not { } wake || wake > end)
                return;
            model.After(wake);
        }
    }

    private static AccountCalendar Calendar(string zone) =>
        AccountCalendar.TryCreate(zone, out var calendar) ? calendar : throw new ArgumentException(zone);

    private static CronExpression Cron(string text) =>
        CronExpression.TryParse(text, out var cron, out var refusal) ? cron : throw new ArgumentException(refusal);
}
