using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>What an incident means for one of its accounts.</summary>
public sealed class IncidentRestTests
{
    /// <summary>The error of a run that failed for a while.</summary>
    public static ErrorSignature NoAnswer { get; } = new(FailureKind.Transient, null, null);

    [Fact]
    public void An_account_with_the_error_makes_no_call_while_the_incident_lasts_and_goes_on_after_it_by_itself()
    {
        var model = Failed();
        var incident = Open(model);
        model.See(incident);
        Assert.Equal((AccountHealth.MetaIncident, HealthOwner.Meta, model.Now.AddMinutes(15)), (model.State.Health.Health, model.State.Health.Owner, model.State.Health.NextTry!.Value));
        Assert.Contains("Nobody has to act", model.State.Health.Reason, StringComparison.Ordinal);
        var since = model.State.Health.Since;

        // Neither time nor another silo nor a person's request makes it call; it looks every minute.
        for (var minutes = 0; minutes < 90; minutes++)
            Assert.Null(model.After(model.State.WakeAt!.Value).State.Ask);
        Assert.InRange(model.Now - since, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(90));
        model.Activate();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh)));
        Assert.Null(model.State.Ask);
        Assert.Contains(" does not run: Meta has an incident (no usable answer on many accounts", SyncExplain.Explain(model.State, model.Now)[0].Text, StringComparison.Ordinal);
        Assert.Equal((AccountHealth.MetaIncident, since), (model.State.Health.Health, model.State.Health.Since));

        var over = incident with { ClosedAt = model.Now };
        model.See(over);
        var resumes = IncidentPace.ResumeAt(over, model.Now, AccountModel.Key);
        Assert.Equal(resumes, model.State.Backoff.RetryAt);
        model.After(resumes).Settle();
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
        Assert.Contains(7L, model.Answered);
    }

    [Fact]
    public void Who_has_another_error_or_none_goes_on()
    {
        var model = Failed();
        model.See(Open(model) with { Signature = new ErrorSignature(FailureKind.Transient, 2, null) });
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
        Assert.NotNull(model.After(model.State.Backoff.RetryAt!.Value).State.Ask);

        model.Settle().See(Open(model));
        Assert.NotNull(model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).State.Ask);
    }

    [Fact]
    public void The_one_that_is_let_through_tries_once_and_tells_when_it_has_recovered()
    {
        var model = Failed();
        model.See(Open(model)).Send(new SyncEvent.ProbeAllowed(5));
        model.Grant().Fail(FailureKind.Transient);
        Assert.Equal(NoAnswer, Told(model).Failure);
        Assert.Null(model.After(TimeSpan.FromMinutes(30)).State.Ask);

        model.Send(new SyncEvent.ProbeAllowed(4));
        Assert.Null(model.State.Ask);
        model.Send(new SyncEvent.ProbeAllowed(5)).Grant().Succeed();

        Assert.Equal(5L, Told(model).Recovered);
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
    }

    [Fact]
    public void One_that_has_nothing_due_tries_all_the_same()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh)));
        for (var failures = 0; failures < SyncMachine.RequestTries; failures++)
        {
            model.Grant().Fail(FailureKind.Transient);
            if (failures < SyncMachine.RequestTries - 1)
                model.After(model.State.Backoff.RetryAt!.Value);
        }

        model.See(Open(model)).Send(new SyncEvent.ProbeAllowed(5));

        Assert.Equal(SyncJob.Tier, model.Grant().Started[^1].Plan.Job);
    }

    [Fact]
    public void A_job_that_rests_alone_rests_alone_in_an_incident_too()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Deep))).Grant().Fail(FailureKind.Transient);
        model.See(Open(model)).After(TimeSpan.FromMinutes(30));
        Assert.Null(model.State.Ask);
        Assert.Equal(AccountHealth.Active, model.State.Health.Health);

        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();

        Assert.Equal(SyncJob.Tier, model.Started[^1].Plan.Job);
        Assert.Null(Told(model.Succeed()).Recovered);
    }

    private static AccountModel Failed()
    {
        var model = new AccountModel().Settle();
        return model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant().Fail(FailureKind.Transient);
    }

    private static IncidentNotice Open(AccountModel model) => new(5, NoAnswer, model.Now, null, 400);

    private static SyncEffect.ReportOutcome Told(AccountModel model) => Assert.Single(model.Effects.OfType<SyncEffect.ReportOutcome>());
}
