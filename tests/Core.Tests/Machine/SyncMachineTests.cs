using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Throttling;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Machine;

public sealed class SyncMachineTests
{
    private static readonly LimitScope Score = LimitScope.Score(AccountModel.Key.Account);

    [Fact]
    public void A_new_account_reads_its_last_7_days_first_then_its_objects_and_then_waits_for_its_own_time()
    {
        var model = new AccountModel();
        Assert.Contains(model.Effects, effect => effect is SyncEffect.RegisterReminder { Period.TotalMinutes: 60 });
        Assert.Equal(Priority.High, model.State.Ask!.Request.Priority);

        model.Settle();

        Assert.Equal([SyncJob.Initial, SyncJob.Entities], model.Started.Select(run => run.Plan.Job));
        var due = model.State.Job(SyncJob.Tier).NextDue!.Value;
        Assert.Equal(SyncSchedule.NextAfter(model.Now, TimeSpan.FromHours(1), model.State.Offset), due);
        Assert.True(model.State.WakeAt <= due);
    }

    [Fact]
    public void It_wakes_itself_again_and_again_and_the_due_times_do_not_drift()
    {
        var model = new AccountModel().Settle();
        var first = model.State.Job(SyncJob.Tier).NextDue!.Value;

        for (var hour = 0; hour < 5; hour++)
        {
            model.After(first.AddHours(hour)).Grant();
            model.After(TimeSpan.FromMinutes(7)).Succeed().Settle();
            Assert.Equal(first.AddHours(hour + 1), model.State.Job(SyncJob.Tier).NextDue);
        }
    }

    [Fact]
    public void A_timer_that_comes_too_early_since_a_clock_was_set_back_is_set_again()
    {
        var model = new AccountModel().Settle();
        var wake = model.State.WakeAt;
        model.Effects.Clear();

        model.After(TimeSpan.FromSeconds(-10));

        Assert.NotNull(wake);
        Assert.Equal(wake, Assert.Single(model.Effects.OfType<SyncEffect.SetWakeTimer>()).At);
    }

    [Fact]
    public void What_waits_behind_a_run_that_waits_for_permits_lends_it_its_rank()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7) with { Job = SyncJob.Deep, Priority = null })).Grant(1);
        model.Send(new SyncEvent.PermitsNeeded(model.Started[^1].Number, 3));
        Assert.Equal(Priority.Low, model.State.Ask!.Request.Priority);

        model.Wait(TimeSpan.FromMinutes(15)).After(model.State.Job(SyncJob.Tier).NextDue!.Value.AddMinutes(16));

        Assert.Equal(Priority.High, model.State.Ask!.Request.Priority);
    }

    [Fact]
    public void Whatever_an_outage_missed_is_one_run()
    {
        var model = new AccountModel().Settle();
        model.Started.Clear();

        model.After(TimeSpan.FromHours(10.5));
        model.Activate();
        model.Settle();
        model.Send(new SyncEvent.ReminderTicked()).Send(new SyncEvent.SweepPoked()).Send(new SyncEvent.ReminderTicked()).Settle();

        Assert.Equal(1, model.Started.Count(run => run.Plan.Job == SyncJob.Tier));
        Assert.InRange(model.State.Job(SyncJob.Tier).NextDue!.Value, model.Now, model.Now.AddHours(1));
    }

    [Fact]
    public void A_crash_in_mid_run_repeats_the_run_and_loses_no_request()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7))).Grant();
        var first = model.Started[^1].Number;

        model.After(TimeSpan.FromSeconds(1)).Activate();
        Assert.Equal([7L], model.State.Requests.Select(request => request.RunId));
        model.Grant();
        Assert.True(model.Started[^1].Number > first);
        Assert.Equal(7, model.Started[^1].Request!.RunId);
        model.Succeed().Settle();

        Assert.Empty(model.State.Requests);
        Assert.Contains(7L, model.Answered);
    }

    [Fact]
    public void A_request_is_stored_before_it_is_acknowledged_and_folded_when_it_comes_twice()
    {
        var model = new AccountModel();

        model.Send(new SyncEvent.Triggered(model.Request(7)));
        Assert.IsType<SyncEffect.PersistState>(model.Effects[0]);
        model.Send(new SyncEvent.Triggered(model.Request(7)));

        Assert.Single(model.State.Requests);
    }

    [Fact]
    public void Days_that_were_asked_for_are_read_and_leave_cursor_and_due_time_alone()
    {
        var model = new AccountModel().Settle();
        var tier = model.State.Job(SyncJob.Tier);
        var range = new DateRange(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 5));

        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Tier) with { Range = range })).Grant();
        Assert.Equal(range, model.Started[^1].Plan.Window);
        var slices = InsightsPull.Slices(model.Started[^1].ToPullRequest(AccountModel.Key), new SyncRun(1, AccountModel.Key, "tier", 1), 2);
        Assert.All(slices, slice => Assert.Null(slice.CursorAfter));
        model.Succeed();

        Assert.Equal((tier.Cursor, tier.NextDue), (model.State.Job(SyncJob.Tier).Cursor, model.State.Job(SyncJob.Tier).NextDue));
    }

    [Theory]
    [InlineData(SyncJob.Backfill, "2026-03-01", "The job backfill cannot be asked for.")]
    [InlineData(SyncJob.Tier, "2020-03-01", "since 2020-03-01 is beyond Meta's 37 months: the oldest day it answers for is 2023-10-22.")]
    public void What_cannot_be_run_is_refused_with_a_reason(SyncJob job, string since, string reason)
    {
        var model = new AccountModel();
        var day = DateOnly.Parse(since);

        model.Send(new SyncEvent.Triggered(model.Request(7, job) with { Range = new DateRange(day, day) }));

        Assert.Equal(reason, Assert.Single(model.Effects.OfType<SyncEffect.RefuseRequest>()).Reason);
    }

    [Fact]
    public void Pausing_stops_the_run_and_the_reminder_and_resuming_catches_up_with_one_run()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();
        var run = model.State.Run!;

        model.Send(new SyncEvent.Paused());
        Assert.Contains(model.Effects, effect => effect is SyncEffect.CancelRun);
        Assert.Contains(model.Effects, effect => effect is SyncEffect.UnregisterReminder);
        model.Send(new SyncEvent.RunCancelled(run.Number, 10, null));
        Assert.Equal(new SyncEffect.ReturnPermits(run.Grant, 0, null), Assert.Single(model.Effects.OfType<SyncEffect.ReturnPermits>()));
        Assert.Equal(AccountHealth.Paused, model.State.Health.Health);
        model.After(TimeSpan.FromHours(10));
        Assert.Null(model.State.Ask);

        model.Started.Clear();
        model.Send(new SyncEvent.Resumed()).Settle();
        Assert.Equal(1, model.Started.Count(started => started.Plan.Job == SyncJob.Tier));
    }

    [Fact]
    public void A_new_tier_recomputes_the_due_time_and_the_reminder_and_the_settings_read_last_count()
    {
        var model = new AccountModel().Settle();

        model.Send(new SyncEvent.SettingsChanged(AccountModel.Settings("low") with { Version = "3" }));
        Assert.Equal(SyncSchedule.NextAfter(model.Now, TimeSpan.FromHours(4), model.State.Offset), model.State.Job(SyncJob.Tier).NextDue);
        Assert.Contains(model.Effects, effect => effect is SyncEffect.RegisterReminder { Period.TotalHours: 4 });
        model.Send(new SyncEvent.SettingsChanged(AccountModel.Settings("high") with { Version = "2" }));

        Assert.Equal("high", model.State.Settings.Tier.Name);
        Assert.Equal("2", model.Effects.OfType<SyncEffect.PersistSchedule>().Last().Row.AppliedSettings);
    }

    [Fact]
    public void Switched_off_and_on_by_its_settings_an_account_does_not_wait_out_its_last_failure()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(new SyncRequest { RunId = 5, Job = SyncJob.Tier, Trigger = "api", AskedAt = model.Now }));
        model.Grant().Fail(FailureKind.Transient);
        Assert.NotNull(model.State.Backoff.RetryAt);

        model.Send(new SyncEvent.SettingsChanged(AccountModel.Settings() with { Version = "2", Enabled = false }));
        Assert.NotNull(model.State.Backoff.RetryAt);
        model.Send(new SyncEvent.SettingsChanged(AccountModel.Settings() with { Version = "3" }));

        Assert.Null(model.State.Backoff.RetryAt);
        Assert.NotNull(model.State.Ask);
    }

    [Theory]
    [InlineData(60, AccessTier.Standard)]
    [InlineData(300, AccessTier.Development)]
    public void A_throttle_blocks_its_scope_for_its_time_and_tells_the_budget(int seconds, AccessTier access)
    {
        var model = new AccountModel().Grant().Fail(FailureKind.Throttled, Score, new ThrottleFacts(17, 2446079, null, access));

        var until = model.Now.AddSeconds(seconds);
        Assert.Equal(until, model.State.Backoff.RateLimitBackoffUntil);
        Assert.Equal(new SyncEffect.ReportUsage(new ScopeBlock(Score, until)), Assert.Single(model.Effects.OfType<SyncEffect.ReportUsage>()));
        Assert.Equal((AccountHealth.Throttled, HealthOwner.Meta, until), (model.State.Health.Health, model.State.Health.Owner, model.State.Health.NextTry));
        // A request does not break a block either, and a crash does not lift it.
        model.Send(new SyncEvent.Triggered(model.Request(7))).Activate();
        Assert.Null(model.State.Ask);
        Assert.Equal(until, model.State.WakeAt);

        model.After(until).Settle();
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
        Assert.Contains(7L, model.Answered);
    }

    [Fact]
    public void Transient_failures_are_tried_again_later_and_later_three_flag_the_account_and_a_request_does_not_wait()
    {
        var model = new AccountModel();
        foreach (var minutes in new[] { 1, 2, 4 })
        {
            model.Grant().Fail(FailureKind.Transient);
            Assert.Equal(model.Now.AddMinutes(minutes), model.State.WakeAt);
            Assert.Null(model.State.Ask);
            if (minutes < 4)
                model.After(TimeSpan.FromMinutes(minutes));
        }

        Assert.Equal(AccountHealth.Failing, model.State.Health.Health);
        model.After(TimeSpan.FromSeconds(1)).Send(new SyncEvent.Triggered(model.Request(7))).Grant().Succeed();
        Assert.Equal((AccountHealth.Active, 0), (model.State.Health.Health, model.State.Backoff.ConsecutiveErrors));
    }

    [Theory]
    [InlineData(FailureKind.TokenDead, AccountHealth.TokenDead, null)]
    [InlineData(FailureKind.Checkpointed, AccountHealth.Checkpointed, null)]
    [InlineData(FailureKind.PermissionLost, AccountHealth.PermissionLost, 6)]
    [InlineData(FailureKind.AccountDisabled, AccountHealth.AccountDisabled, 24)]
    public void What_a_person_must_mend_parks_the_account_until_it_is_mended(FailureKind kind, AccountHealth health, int? hours)
    {
        var model = new AccountModel().Grant().Fail(kind);
        Assert.Equal((health, "Meta refused. Do this."), (model.State.Health.Health, model.State.Health.Reason));
        Assert.Equal(hours is { } known ? model.Now.AddHours(known) : null, model.State.Health.NextTry);

        model.After(TimeSpan.FromHours(5)).Activate();
        Assert.Null(model.State.Ask);
        Assert.Equal(health, model.State.Health.Health);
        model.Stored = model.Stored with { Version = "2", ConnectionVersion = 1 };
        model.Send(new SyncEvent.SettingsChanged(model.Stored)).Settle();

        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void A_parked_account_with_a_next_try_probes_with_one_run()
    {
        var model = new AccountModel().Grant().Fail(FailureKind.PermissionLost);

        model.After(TimeSpan.FromHours(6)).Grant().Fail(FailureKind.PermissionLost);
        Assert.Null(model.State.Ask);
        model.After(TimeSpan.FromHours(6)).Settle();

        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void In_a_cool_down_only_high_asks_until_it_ends_or_four_intervals_have_passed()
    {
        var model = new AccountModel(AccountModel.Settings("medium")).Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Wait(TimeSpan.FromMinutes(15), WaitReason.CoolDown, model.Now.AddHours(20));
        Assert.Null(model.State.Ask);

        model.Send(new SyncEvent.Triggered(model.Request(7) with { Priority = Priority.High }));
        Assert.Equal(Priority.High, model.State.Ask!.Request.Priority);
        model.Grant().Succeed();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value.AddHours(8));
        Assert.NotNull(model.State.Ask);
    }

    [Fact]
    public void A_lost_answer_is_asked_for_under_the_same_number_and_a_wait_that_is_over_under_a_new_one()
    {
        var model = new AccountModel();
        var first = model.State.Ask!.Request;

        model.After(SyncMachine.AskTimeout);
        Assert.Equal(first, Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>()).Request);
        model.Send(new SyncEvent.AskFailed(first.RequestId)).After(SyncMachine.AskRetry);
        Assert.Equal(first, Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>()).Request);
        model.Wait(TimeSpan.FromMinutes(1)).After(TimeSpan.FromMinutes(1));
        Assert.True(Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>()).Request.RequestId > first.RequestId);
        model.Wait(TimeSpan.FromMinutes(1)).Send(new SyncEvent.BudgetWoke(5));
        Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>());
    }

    [Fact]
    public void A_wake_that_overtakes_the_answer_it_belongs_to_is_not_lost()
    {
        var model = new AccountModel();
        var first = model.State.Ask!.Request;

        model.Send(new SyncEvent.BudgetWoke(5));
        Assert.Empty(model.Effects.OfType<SyncEffect.AskBudget>());
        model.Wait(TimeSpan.FromMinutes(15));

        Assert.True(Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>()).Request.RequestId > first.RequestId);
        model.Send(new SyncEvent.BudgetWoke(4)).Wait(TimeSpan.FromMinutes(15));
        Assert.Empty(model.Effects.OfType<SyncEffect.AskBudget>());
    }

    [Fact]
    public void A_grant_that_nobody_needs_any_more_goes_back_whole()
    {
        var model = new AccountModel();
        var ask = model.State.Ask!.Request.RequestId;
        var grant = new BudgetGrant(9, 10, model.Now.AddMinutes(2));

        model.Send(new SyncEvent.Paused()).Send(new SyncEvent.GrantReceived(ask, new BudgetAnswer.Granted(grant)));

        Assert.Equal(new SyncEffect.ReturnPermits(grant, 0, null), Assert.Single(model.Effects.OfType<SyncEffect.ReturnPermits>()));
        Assert.Empty(model.Started);
    }

    [Fact]
    public void A_run_that_has_used_its_permits_up_gets_more()
    {
        var model = new AccountModel().Grant();
        var run = model.State.Run!.Number;
        model.Send(new SyncEvent.RunStarted(run, 1, 1)).Send(new SyncEvent.PermitsNeeded(run, 12));
        Assert.Equal(12, model.State.Ask!.Request.Wanted);

        model.Wait(TimeSpan.FromMinutes(1)).After(TimeSpan.FromMinutes(1)).Grant(12);

        Assert.Equal(12, Assert.Single(model.Effects.OfType<SyncEffect.GivePermits>()).Grant.Permits);
        Assert.Equal(RunStage.Reading, model.State.Run!.Stage);
        model.Succeed();
        Assert.Equal(8, Assert.Single(model.Effects.OfType<SyncEffect.ReturnPermits>()).Used);
    }

    [Fact]
    public void Reports_of_a_run_that_is_not_under_way_change_nothing()
    {
        var model = new AccountModel().Settle();
        var state = model.State;

        model.Send(new SyncEvent.RunCancelled(4711, 3, null)).Send(new SyncEvent.PermitsNeeded(4711, 1)).Send(new SyncEvent.RunStarted(4711, 1, 1));

        Assert.Equal(state, model.State);
        Assert.All(model.Effects, effect => Assert.Equal(SyncNote.Stale, Assert.IsType<SyncEffect.Log>(effect).Note));
    }

    [Fact]
    public void A_superseded_run_makes_the_account_read_again_what_is_stored()
    {
        var model = new AccountModel().Grant();

        model.Send(new SyncEvent.RunSuperseded(model.State.Run!.Number, 2, null));

        Assert.Contains(model.Effects, effect => effect is SyncEffect.Reload);
        Assert.Null(model.State.Ask);
    }

    [Fact]
    public void PostgreSQL_wins_over_the_grains_own_copy()
    {
        var model = new AccountModel().Grant().Fail(FailureKind.Throttled, Score);
        var due = model.Now.AddMinutes(-3);

        model.WriteRow(row => row with { RateLimitBackoffUntil = null, NextDueAt = due });
        model.Cursors[SyncJob.Incremental] = new DateOnly(2026, 11, 20);
        model.Activate();

        Assert.NotNull(model.State.Ask);
        Assert.Equal(due, model.State.Job(SyncJob.Tier).NextDue);
        Assert.Equal(new DateOnly(2026, 11, 20), model.State.Job(SyncJob.Incremental).Cursor);
    }

    [Fact]
    public void Explain_says_why_it_does_not_run_and_what_to_do()
    {
        var model = new AccountModel().Grant().Fail(FailureKind.TokenDead);

        var facts = SyncExplain.Explain(model.State, model.Now);

        Assert.Equal("It does not run: Meta refused. Do this.", facts[0].Text);
        Assert.Contains(facts, fact => fact.Topic == FactTopic.LastError && fact.Text == "Last error at 2026-11-22T12:00:00Z: Meta refused. Do this.");
        Assert.Contains(facts, fact => fact.Topic == FactTopic.Job && fact.Text.StartsWith("incremental: on request, would read 2026-10-24..2026-11-22", StringComparison.Ordinal));
    }
}
