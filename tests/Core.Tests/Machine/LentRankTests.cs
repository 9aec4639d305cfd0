using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>A run that waits for permits is lent the rank of what waits behind it.</summary>
public sealed class LentRankTests
{
    [Fact]
    public void What_is_urgent_and_comes_behind_a_run_that_was_told_to_wait_is_asked_for_at_once_as_the_runs_own_work()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Deep))).Grant(1);
        model.Send(new SyncEvent.PermitsNeeded(model.Started[^1].Number, 3)).Wait(TimeSpan.FromMinutes(15));
        var before = model.State.Ask!.Request;

        model.After(TimeSpan.FromMinutes(1)).Send(new SyncEvent.Triggered(model.Request(8) with { Priority = Priority.High }));

        var asked = model.State.Ask!.Request;
        Assert.Equal((Priority.Low, Priority.High), (before.Priority, asked.Priority));
        Assert.True(asked.RequestId > before.RequestId);
        Assert.Equal((before.DueAt, before.Interval), (asked.DueAt, asked.Interval));
    }

    [Fact]
    public void A_job_that_rests_lends_its_rank_to_nobody()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Entities) with { Priority = Priority.High })).Grant().Fail(FailureKind.Transient);
        model.Send(new SyncEvent.Triggered(model.Request(8, SyncJob.Deep))).Grant(1);

        model.Send(new SyncEvent.PermitsNeeded(model.Started[^1].Number, 3));

        Assert.Equal(SyncJob.Deep, model.Started[^1].Plan.Job);
        Assert.Equal(Priority.Low, model.State.Ask!.Request.Priority);
    }
}
