using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>A report that Meta refuses for good keeps no other from being read.</summary>
public sealed class RefusedReportTests
{
    [Fact]
    public void The_job_is_done_again_at_once_without_the_report_and_the_account_stays_well()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();

        Refuse(model, "adset_daily");
        model.Activate();
        model.Grant();

        Assert.Equal(["account_daily", "campaign_daily", "ad_daily"], model.Started[^1].Plan.Reports.Select(report => report.Name));
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Text.StartsWith("Report adset_daily is left out until 2026-11-2", StringComparison.Ordinal));
        model.Succeed();
        Assert.Equal((AccountHealth.Active, 0), (model.State.Health.Health, model.State.Backoff.ConsecutiveErrors));
        Assert.True(model.State.Job(SyncJob.Tier).NextDue > model.Now);
    }

    [Fact]
    public void It_is_tried_again_after_a_day_and_as_soon_as_a_setting_changes()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();
        Refuse(model, "ad_daily");
        model.Settle();

        model.Stored = model.Stored with { Version = "2" };
        model.Send(new SyncEvent.SettingsChanged(model.Stored)).Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant();
        Assert.Equal(4, model.Started[^1].Plan.Reports.Length);
        Refuse(model, "ad_daily");
        model.Settle();
        Assert.Equal(3, model.Started[^1].Plan.Reports.Length);

        model.After(SyncMachine.ReportProbe).Settle();
        Assert.Equal(4, model.Started.Last(run => run.Plan.Job == SyncJob.Tier).Plan.Reports.Length);
    }

    [Fact]
    public void A_request_is_served_without_it_and_a_refusal_of_the_only_report_left_fails_as_ever()
    {
        var model = new AccountModel().Settle();
        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Deep))).Grant();

        foreach (var report in new[] { "account_daily", "campaign_daily", "adset_daily" })
        {
            Refuse(model, report);
            model.Grant();
            Assert.Equal(7, model.Started[^1].Request!.RunId);
        }

        Refuse(model, "ad_daily");
        Assert.Contains(7L, model.Answered);
        Assert.NotNull(model.State.Backoff.RetryAt);
    }

    private static void Refuse(AccountModel model, string report) => model.Send(new SyncEvent.RunFailed(
        model.State.Run!.Number, new RunReport { Outcome = RunOutcome.Failed },
        new RunFailure { Kind = FailureKind.Refused, Message = "Meta knows no such field.", Report = report, Jitter = 0 }, 0, model.Now));
}
