using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>A job beside the fresh insights that fails delays itself alone.</summary>
public sealed class RestingJobTests
{
    [Theory]
    [InlineData(SyncJob.Entities)]
    [InlineData(SyncJob.Deep)]
    [InlineData(SyncJob.Reconcile)]
    public void A_job_that_fails_for_a_while_rests_alone_and_fresh_insights_run_in_time(SyncJob job)
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, job))).Grant().Fail(FailureKind.Transient);

        Assert.Equal(model.Now.AddMinutes(1), model.State.Job(job).RetryAt);
        Assert.Null(model.State.Backoff.RetryAt);
        Assert.Null(model.State.Ask);
        model.Send(new SyncEvent.Triggered(model.Request(8, SyncJob.Fresh))).Grant();
        Assert.Equal(SyncJob.Fresh, model.Started[^1].Plan.Job);
        model.Succeed();
        Assert.Null(model.State.Ask);
        Assert.Equal((model.Now.AddMinutes(1), 1), (model.State.WakeAt, model.State.Errors));

        model.After(TimeSpan.FromMinutes(1)).Grant();

        Assert.Equal((job, 7L), (model.Started[^1].Plan.Job, model.Started[^1].Request!.RunId));
        model.Succeed();
        Assert.Equal((null, 0), (model.State.Job(job).RetryAt, model.State.Errors));
    }

    [Fact]
    public void A_failure_of_fresh_insights_rests_the_whole_account()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh))).Grant().Fail(FailureKind.Transient);

        Assert.Equal(model.Now.AddMinutes(1), model.State.Backoff.RetryAt);
        Assert.Equal((null, 1), (model.State.Job(SyncJob.Fresh).RetryAt, model.State.Errors));
    }

    [Fact]
    public void A_run_that_our_own_database_broke_off_is_tried_again_within_seconds()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Fresh))).Grant().Fail(FailureKind.Transient, isOurs: true);

        Assert.Equal(model.Now.AddSeconds(5), model.State.Backoff.RetryAt);
        Assert.Equal(7L, model.After(TimeSpan.FromSeconds(5)).Grant().Started[^1].Request!.RunId);
    }

    [Fact]
    public void A_job_that_goes_on_failing_is_shown_while_others_succeed_waits_longer_each_time_and_is_cleared_by_a_person()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Entities).NextDue!.Value);
        foreach (var minutes in new[] { 1, 2, 4 })
        {
            ReachEntities(model);
            model.Fail(FailureKind.Transient);
            Assert.Equal(model.Now.AddMinutes(minutes), model.State.Job(SyncJob.Entities).RetryAt);
            Settled(model);
            model.Activate();
            Assert.Equal(model.Now.AddMinutes(minutes), model.State.Job(SyncJob.Entities).RetryAt);
            if (minutes < 4)
                model.After(TimeSpan.FromMinutes(minutes));
        }

        Assert.Equal(AccountHealth.Failing, model.State.Health.Health);
        Assert.Contains("entities failed 3 times", model.State.Health.Reason, StringComparison.Ordinal);
        Assert.Equal((3, 0), (model.State.Errors, model.State.Backoff.ConsecutiveErrors));

        model.WriteRow(row => row with { ConsecutiveErrors = 0 });
        model.Activate();

        Assert.Equal((0, null, AccountHealth.Active), (model.State.Errors, model.State.Job(SyncJob.Entities).RetryAt, model.State.Health.Health));
        Assert.NotNull(model.State.Ask);
    }

    // Whatever else is due runs and succeeds; entities stay where they are.
    private static void Settled(AccountModel model)
    {
        for (var runs = 0; model.State.Ask is not null; runs++)
        {
            Assert.True(runs < 20, "The account does not come to rest.");
            model.Grant();
            Assert.NotEqual(SyncJob.Entities, model.Started[^1].Plan.Job);
            model.Succeed();
        }
    }

    private static void ReachEntities(AccountModel model)
    {
        for (var runs = 0; model.Grant().State.Run!.Plan.Job != SyncJob.Entities; runs++)
        {
            Assert.True(runs < 20, "Entities are never read.");
            model.Succeed();
        }
    }
}
