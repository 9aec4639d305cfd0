using MetaGrains.Core.Budget;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>The last decision with its inputs, and what comes next.</summary>
public sealed class SyncOutlookTests
{
    [Fact]
    public void Nothing_is_due_and_each_job_says_when_and_what_it_will_read()
    {
        var model = new AccountModel().Settle();

        var outlook = SyncOutlook.Of(model.State, model.Now);

        Assert.Equal(new SyncChoice(ChoiceOutcome.Sleeping), outlook.Choice);
        Assert.Equal(SyncJobs.All.Where(job => job.IsPlanned()), outlook.Jobs.Select(job => job.State.Job));
        var tier = outlook.Jobs.Single(job => job.State.Job == SyncJob.Tier);
        Assert.Equal(("2026-11-21..2026-11-22", null), (tier.Window.ToString(), tier.Obstacle));
        Assert.Equal(InsightsReport.Defaults.Select(report => report.Name), tier.Reports.AsEnumerable());
        Assert.Null(outlook.Jobs.Single(job => job.State.Job == SyncJob.Entities).Window);
        Assert.Equal(model.State.Offset.Within(TimeSpan.FromHours(1)), outlook.Offset);
        Assert.Null(outlook.Ask);
    }

    [Fact]
    public void What_is_due_waits_for_the_budget_runs_and_is_held_with_the_inputs_of_each_decision()
    {
        var model = new AccountModel(AccountModel.Settings("low")).Settle();
        var due = model.State.Job(SyncJob.Tier).NextDue!.Value;
        model.After(due + (TimeSpan.FromHours(4) * BudgetOrder.IntervalsUntilHigh));

        var waiting = SyncOutlook.Of(model.State, model.Now);
        Assert.Equal((ChoiceOutcome.WaitingForBudget, SyncJob.Tier, due), (waiting.Choice.Outcome, waiting.Choice.Job, waiting.Choice.DueAt));
        Assert.Equal((Priority.Low, Priority.High), (waiting.Choice.Priority, waiting.Choice.Effective));
        Assert.Equal(model.State.Ask, waiting.Ask);

        model.Grant();
        var run = SyncOutlook.Of(model.State, model.Now).Choice;
        Assert.Equal((ChoiceOutcome.Running, SyncJob.Tier, model.State.Run!.Plan.Window), (run.Outcome, run.Job, run.Window));

        model.Fail(FailureKind.Transient);
        var held = SyncOutlook.Of(model.State, model.Now);
        Assert.Equal((ChoiceOutcome.Held, SyncJob.Tier), (held.Choice.Outcome, held.Choice.Job));
        Assert.Contains("the next try after 1 failed runs", held.Choice.Obstacle, StringComparison.Ordinal);
        Assert.All(held.Jobs, job => Assert.NotNull(job.Obstacle));
    }

    [Fact]
    public void A_paused_account_sleeps_and_says_why()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Paused());

        Assert.Equal(new SyncChoice(ChoiceOutcome.Sleeping, Obstacle: "the account is paused"), SyncOutlook.Of(model.State, model.Now).Choice);
    }

    [Fact]
    public void Who_waits_for_permits_has_a_place_in_the_queue_of_the_limit_that_has_no_room()
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var user = LimitScope.User(AccountModel.Settings().Connection!.Value);
        var state = TenantBudget.Restore(new BudgetRules { Mode = BudgetMode.Fixed, CallsPerHour = 20 }, null, now);
        foreach (var (requester, minutes) in new[] { ("holder", 0), ("second", 2), ("first", 9), ("third", 1) })
        {
            state = TenantBudget.Ask(state, new BudgetRequest
            {
                Requester = requester, RequestId = 1, Priority = Priority.High, Wanted = 50, DueAt = now.AddMinutes(-minutes), Scopes = [user],
            }, now).State;
        }

        Assert.Equal([0, 1, 2], new[] { "first", "second", "third" }.Select(requester => TenantBudget.Standing(state, requester)!.Ahead));
        Assert.Equal(new BudgetStanding(user, 1, 3), TenantBudget.Standing(state, "second"));
        Assert.Null(TenantBudget.Standing(state, "holder"));
    }
}
