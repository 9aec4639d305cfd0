using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Runs that are asked for one campaign, ad set or ad.</summary>
public sealed class EntityRequestTests
{
    private static readonly EntityScope Campaign = new(InsightsLevel.Campaign, "9001");

    [Theory]
    [InlineData(InsightsLevel.Campaign, "campaign_daily adset_daily ad_daily")]
    [InlineData(InsightsLevel.AdSet, "adset_daily ad_daily")]
    [InlineData(InsightsLevel.Ad, "ad_daily")]
    public void The_reports_are_those_that_say_which_rows_are_the_objects(InsightsLevel level, string reports)
    {
        var entity = new EntityScope(level, "9001");
        var model = Asked(SyncJob.Tier, entity).Grant();

        var plan = model.Started[^1].Plan;

        Assert.Equal(reports, string.Join(' ', plan.Reports.Select(report => report.Name)));
        Assert.Equal((entity, false, null), (plan.Entity, plan.MovesCursor, plan.Uncovered));
        var pull = model.Started[^1].ToPullRequest(AccountModel.Key);
        Assert.Equal((entity, false), (pull.Entity, pull.MovesCursor));
    }

    [Theory]
    [InlineData(SyncJob.Tier)]
    [InlineData(SyncJob.Incremental)]
    [InlineData(SyncJob.Deep)]
    public void It_moves_no_cursor_no_due_time_and_nothing_else_of_its_job(SyncJob job)
    {
        var model = new AccountModel().Settle();
        var before = model.State.Jobs;

        model.Send(new SyncEvent.Triggered(model.Request(7, job) with { Entity = Campaign })).Grant().Succeed(calls: 900);

        Assert.Equal(before, model.State.Jobs.AsEnumerable());
        Assert.Contains(7L, model.Answered);
    }

    [Fact]
    public void What_its_failure_left_behind_is_gone_with_its_success()
    {
        var model = Asked(SyncJob.Deep, Campaign);
        var before = model.State.Jobs;

        model.Grant().Fail(FailureKind.Transient);
        Assert.Equal(1, model.State.Job(SyncJob.Deep).Errors);
        model.After(model.State.Job(SyncJob.Deep).RetryAt!.Value).Settle();

        Assert.Contains(7L, model.Answered);
        Assert.Equal(before.Single(job => job.Job == SyncJob.Deep), model.State.Job(SyncJob.Deep));
    }

    [Fact]
    public void Days_of_its_own_and_days_by_name_are_kept()
    {
        var model = new AccountModel().Settle();
        var days = new DateRange(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 3));

        model.Send(new SyncEvent.Triggered(model.Request(7) with { Entity = Campaign, Range = days })).Grant().Succeed();
        model.Send(new SyncEvent.Triggered(model.Request(8) with { Entity = Campaign, Preset = DatePreset.Yesterday })).Grant();

        Assert.Equal([days, new DateRange(new DateOnly(2026, 11, 21), new DateOnly(2026, 11, 21))], model.Started[^2..].Select(start => start.Plan.Window));
    }

    [Fact]
    public void Whoever_asks_why_is_told_of_which_object()
    {
        var model = Asked(SyncJob.Tier, Campaign);
        Assert.Equal(Campaign, SyncOutlook.Of(model.State, model.Now).Choice.Entity);
        Assert.Contains(SyncExplain.Explain(model.State, model.Now), fact => fact.Topic == FactTopic.Queue && fact.Text.Contains("of campaign 9001 was asked for", StringComparison.Ordinal));

        model.Grant();

        Assert.Equal(Campaign, SyncOutlook.Of(model.State, model.Now).Choice.Entity);
        Assert.Contains("of campaign 9001 since", SyncExplain.Explain(model.State, model.Now)[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SyncJob.Entities)]
    [InlineData(SyncJob.Reconcile)]
    public void A_job_that_reads_no_rows_of_single_objects_is_refused(SyncJob job)
    {
        var model = Asked(job, Campaign);

        var refused = Assert.Single(model.Effects.OfType<SyncEffect.RefuseRequest>());
        Assert.Equal($"No report that the job {job.WireName()} reads has rows of campaign 9001.", refused.Reason);
        Assert.Null(model.State.Ask);
    }

    [Fact]
    public void What_Meta_refuses_of_it_ends_the_request_and_leaves_the_account_and_its_reports_alone()
    {
        var model = Asked(SyncJob.Tier, Campaign).Grant();
        var before = model.State.Jobs;

        model.Fail(FailureKind.Refused, report: "ad_daily");

        Assert.Contains(7L, model.Answered);
        Assert.Empty(model.State.Refused);
        Assert.Equal(before, model.State.Jobs.AsEnumerable());
        Assert.Equal((AccountHealth.Active, 0, null), (model.State.Health.Health, model.State.Backoff.ConsecutiveErrors, model.State.Backoff.RetryAt));
    }

    [Fact]
    public void It_asks_the_budget_for_few_calls_however_many_the_job_takes()
    {
        var model = new AccountModel().Settle();
        model.After(model.State.Job(SyncJob.Tier).NextDue!.Value).Grant().Succeed(calls: 900);
        Assert.Equal(900, model.State.Job(SyncJob.Tier).LastCalls);

        model.Send(new SyncEvent.Triggered(model.Request(7, SyncJob.Tier) with { Entity = Campaign }));

        Assert.Equal(SyncMachine.FirstAsk, model.State.Ask!.Request.Wanted);
    }

    private static AccountModel Asked(SyncJob job, EntityScope entity)
    {
        var model = new AccountModel().Settle();
        return model.Send(new SyncEvent.Triggered(model.Request(7, job) with { Entity = entity }));
    }
}
