using MetaGrains.Core.Budget;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Each state of an account's health: how it begins and ends, who has to act, and what the sentence says.</summary>
public sealed class HealthStateTests
{
    /// <summary>A report that Meta may refuse for its breakdowns; <c>fresh</c> alone reads it.</summary>
    public static InsightsReport Breakdown { get; } =
        InsightsReport.Daily(InsightsLevel.Campaign) with { Name = "campaign_device_daily", Breakdowns = ["device_platform"], Jobs = [SyncJob.Fresh] };

    public static AccountSettings WithBreakdown() => AccountModel.Settings() with { Reports = InsightsReport.Defaults.Add(Breakdown) };

    [Fact]
    public void Three_failures_in_a_row_flag_an_account_and_ten_park_it_to_one_try_an_hour_until_a_run_succeeds()
    {
        var model = Failed(times: SyncMachine.FailingAfter);
        Assert.Equal((AccountHealth.Failing, HealthOwner.Meta, model.State.Backoff.RetryAt), Told(model));

        Fail(model, SyncMachine.ParkedAfter - SyncMachine.FailingAfter);
        Assert.Equal((AccountHealth.Parked, HealthOwner.Meta, model.Now.AddHours(1)), Told(model));
        Assert.Contains("ask for a run", model.State.Health.Reason, StringComparison.Ordinal);
        var since = model.State.Health.Since;

        // Nothing but the hourly try runs, whatever is due; activating it elsewhere changes nothing.
        model.After(TimeSpan.FromMinutes(59)).Activate();
        Assert.Null(model.State.Ask);
        model.After(TimeSpan.FromMinutes(1)).Grant().Fail(FailureKind.Transient);
        Assert.Equal((AccountHealth.Parked, since, model.Now.AddHours(1)), (model.State.Health.Health, model.State.Health.Since, model.State.Health.NextTry!.Value));

        model.After(TimeSpan.FromHours(1)).Grant().Succeed();
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void What_will_not_pass_by_itself_parks_to_one_try_a_day()
    {
        var model = new AccountModel().Settle();
        // Jobs that rest alone fail, too, and do not count.
        while (model.State.Backoff.ConsecutiveErrors < SyncMachine.ParkedAfter)
        {
            var due = model.State.NextDueAt!.Value;
            model.After(model.State.Backoff.RetryAt > due ? model.State.Backoff.RetryAt.Value : due).Grant().Fail(FailureKind.Refused);
        }

        Assert.Equal((AccountHealth.Parked, HealthOwner.Us), (model.State.Health.Health, model.State.Health.Owner));
        Assert.Equal(model.Now.AddDays(1), model.State.Backoff.RetryAt);
        Assert.Contains("once a day only", model.State.Health.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_asks_for_a_run_of_a_parked_account_is_served_at_once()
    {
        var model = Failed(times: SyncMachine.ParkedAfter);

        model.After(TimeSpan.FromMinutes(1)).Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh))).Grant();

        Assert.Equal(7L, model.Started[^1].Request!.RunId);
        Assert.Equal(AccountHealth.Active, model.Succeed().State.Health.Health);
    }

    [Fact]
    public void Who_asks_for_a_run_does_not_stand_in_line_behind_what_is_due_by_itself_and_a_cron_does()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Wait(TimeSpan.FromMinutes(2), WaitReason.SlowStart);
        var held = model.State.Ask!.Request.RequestId;

        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Tier) with { Trigger = SyncRequest.Cron }));
        Assert.Equal(held, model.State.Ask!.Request.RequestId);

        model.Send(new SyncEvent.Triggered(model.Request(8, SyncJob.Tier)));
        Assert.NotEqual(held, model.State.Ask!.Request.RequestId);
        Assert.Null(model.State.Ask.Wait);
    }

    [Fact]
    public void However_often_our_own_database_breaks_runs_off_no_account_is_parked_for_it()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value);
        Fail(model, SyncMachine.ParkedAfter * 2, isOurs: true);
        Assert.Equal(AccountHealth.Failing, model.State.Health.Health);

        Fail(model, 1);

        Assert.Equal(AccountHealth.Failing, model.State.Health.Health);
        Assert.InRange(model.State.Backoff.RetryAt!.Value, model.Now, model.Now.AddHours(1.1));
    }

    [Fact]
    public void Due_work_that_waits_for_permits_is_shown_after_five_minutes_since_it_began_to_wait()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value);
        var since = model.Now;
        model.Wait(TimeSpan.FromMinutes(3));
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);

        // It asks anew, is told to wait again, and moves to another silo: it has waited since the beginning.
        model.After(TimeSpan.FromMinutes(3)).Wait(TimeSpan.FromMinutes(30));
        model.After(model.State.WakeAt!.Value);
        Assert.Equal(since + SyncMachine.BudgetPatience, model.Now);
        Assert.Equal((AccountHealth.WaitingForBudget, HealthOwner.Us, since.AddMinutes(33)), Told(model));
        model.Send(new SyncEvent.Deactivating()).Activate();
        Assert.Equal((AccountHealth.WaitingForBudget, since), (model.State.Health.Health, model.State.Health.Since));
        Assert.Contains("lower tier", model.State.Health.Reason, StringComparison.Ordinal);

        model.Grant();

        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void Work_that_waits_while_the_tenant_serves_high_only_waits_for_meta()
    {
        var model = new AccountModel(AccountModel.Settings("low")).Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value);
        var until = model.Now.AddMinutes(20);
        model.Wait(TimeSpan.FromMinutes(20), WaitReason.CoolDown, highOnlyUntil: until);

        model.After(SyncMachine.BudgetPatience);

        Assert.Equal((AccountHealth.WaitingForBudget, HealthOwner.Meta, until), Told(model));
        Assert.Contains("serves HIGH only", model.State.Health.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_whose_breakdowns_meta_refuses_is_left_out_for_a_week_and_the_customer_is_told()
    {
        var model = new AccountModel(WithBreakdown()).Settle();
        model.After(model.State.Job(SyncJob.Fresh).NextDue!.Value);
        Reach(model, SyncJob.Fresh).Fail(FailureKind.Refused, report: Breakdown.Name);
        var left = model.Now;

        Assert.Equal((AccountHealth.BreakdownNotEnabled, HealthOwner.Customer, left.AddDays(7)), Told(model));
        Assert.Contains(Breakdown.Name, model.State.Health.Reason, StringComparison.Ordinal);
        Assert.Equal(0, model.State.Errors);
        Reach(model, SyncJob.Fresh);
        Assert.Equal(InsightsReport.Defaults.Select(report => report.Name), model.Started[^1].Plan.Reports.Select(report => report.Name));
        Assert.Equal(AccountHealth.BreakdownNotEnabled, model.Succeed().Settle().State.Health.Health);

        model.Activate();
        model.After(left.AddDays(6.9)).Settle();
        Assert.Equal(AccountHealth.BreakdownNotEnabled, model.State.Health.Health);
        model.After(left.AddDays(7.1)).Settle();
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void A_job_whose_only_report_is_left_out_passes_and_rests_nobody()
    {
        var model = new AccountModel(AccountModel.Settings() with
        {
            Reports = [InsightsReport.Daily(InsightsLevel.Account) with { Jobs = [SyncJob.Tier] }, Breakdown],
        }).Settle();
        model.After(model.State.Job(SyncJob.Fresh).NextDue!.Value);
        Reach(model, SyncJob.Fresh).Fail(FailureKind.Refused, report: Breakdown.Name);

        Assert.Equal((0, null, AccountHealth.BreakdownNotEnabled), (model.State.Errors, model.State.Backoff.RetryAt, model.State.Health.Health));
        Assert.True(model.Settle().State.Job(SyncJob.Fresh).NextDue > model.Now);
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh)));
        Assert.Contains(Breakdown.Name, Assert.Single(model.Effects.OfType<SyncEffect.RefuseRequest>()).Reason, StringComparison.Ordinal);

        model.Started.Clear();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Settle();
        Assert.Contains(model.Started, run => run.Plan.Job == SyncJob.Tier);
    }

    [Fact]
    public void Every_state_has_a_name_of_its_own_that_reads_back()
    {
        Assert.Equal(14, AccountHealths.All.Select(health => health.WireName()).Distinct().Count());
        Assert.All(AccountHealths.All, health => Assert.True(AccountHealths.TryParse(health.WireName(), out var read) && read == health));
    }

    private static (AccountHealth Health, HealthOwner Owner, DateTimeOffset? NextTry) Told(AccountModel model) =>
        (model.State.Health.Health, model.State.Health.Owner, model.State.Health.NextTry);

    private static AccountModel Failed(int times)
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value);
        return Fail(model, times);
    }

    private static AccountModel Fail(AccountModel model, int times, bool isOurs = false)
    {
        for (var failed = 0; failed < times; failed++)
        {
            if (model.State.Backoff.RetryAt > model.Now)
                model.After(model.State.Backoff.RetryAt.Value);
            model.Grant().Fail(FailureKind.Transient, isOurs: isOurs);
        }

        return model;
    }

    private static AccountModel Reach(AccountModel model, SyncJob job)
    {
        for (var runs = 0; model.Grant().State.Run!.Plan.Job != job; runs++)
        {
            Assert.True(runs < 20, $"{job.WireName()} is never reached.");
            model.Succeed();
        }

        return model;
    }
}
