using FsCheck.Fluent;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Planning;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Machine;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Planning;

public sealed class CallPlanTests
{
    private static readonly CallEstimate Small = new([], RowsPerDay: 5, PageLimit: 500);

    [Fact]
    public void Small_accounts_cost_what_the_table_of_calls_says()
    {
        var jobs = Small.LoadsOf(AccountModel.Settings() with { Tier = Tier.Medium }).ToDictionary(load => load.Job);

        Assert.Equal(48, jobs[SyncJob.Tier].PerDay * jobs[SyncJob.Tier].CallsPerRun);
        Assert.Equal((1, 4), (jobs[SyncJob.Fresh].PerDay, jobs[SyncJob.Fresh].CallsPerRun));
        Assert.Equal((1, 4), (jobs[SyncJob.Deep].PerDay, jobs[SyncJob.Deep].CallsPerRun));
        Assert.Equal((1, 1), (jobs[SyncJob.Reconcile].PerDay, jobs[SyncJob.Reconcile].CallsPerRun));
        Assert.Equal(24, jobs[SyncJob.Entities].PerDay * jobs[SyncJob.Entities].CallsPerRun);
        Assert.All(jobs.Values, load => Assert.False(load.IsLearned));
    }

    [Fact]
    public void What_was_learned_counts_where_enough_runs_were_made_and_a_report_that_is_added_costs_its_pages()
    {
        var learned = Small with
        {
            Learned = [new("high", SyncJob.Tier, 100, 7.5), new("high", SyncJob.Fresh, 2, 90), new(null, SyncJob.Fresh, 50, 8), new(null, SyncJob.Tier, 500, 6)],
        };
        var countries = InsightsReport.Daily(InsightsLevel.Campaign) with { Name = "campaign_country_daily", Breakdowns = ["country"], Jobs = [SyncJob.Fresh] };

        var high = learned.LoadsOf(AccountModel.Settings(), [countries]).ToDictionary(load => load.Job);
        var low = learned.LoadsOf(AccountModel.Settings() with { Tier = Tier.Low }).ToDictionary(load => load.Job);

        Assert.Equal((7.5, true), (high[SyncJob.Tier].CallsPerRun, high[SyncJob.Tier].IsLearned));
        Assert.Equal(9, high[SyncJob.Fresh].CallsPerRun);
        Assert.Equal((8, true), (low[SyncJob.Fresh].CallsPerRun, low[SyncJob.Fresh].IsLearned));
        Assert.Equal((4, false), (low[SyncJob.Tier].CallsPerRun, low[SyncJob.Tier].IsLearned));
    }

    [Fact]
    public void A_tier_reaches_its_interval_as_long_as_it_fits_and_what_is_left_backfills()
    {
        TierLoad[] loads = [Load(Tier.Low, 240, 1), Load(Tier.High, 60, 1), Load(Tier.Medium, 120, 1)];

        var roomy = CallPlan.Of(loads, 500, backfillCalls: 1920);
        var tight = CallPlan.Of(loads, 120, backfillCalls: 1);

        Assert.Equal((420, 0.84, 1.0), (roomy.CallsPerHour, roomy.Share, roomy.BackfillDays));
        Assert.Equal(["high", "medium", "low"], roomy.Tiers.Select(tier => tier.Tier));
        Assert.Equal([60, 120, 240], roomy.Tiers.Select(tier => tier.ReachedMinutes));
        Assert.Equal([60, 240, null], tight.Tiers.Select(tier => tier.ReachedMinutes));
        Assert.Equal((3.5, null), (tight.Share, tight.BackfillDays));
        Assert.Equal((null, null), (CallPlan.Of(loads, null, 1).Share, CallPlan.Of(loads, null, 1).BackfillDays));
    }

    [Fact]
    public void More_accounts_never_cost_less_and_never_make_anybody_fresher() =>
        Properties.Holds(
            from counts in Gen.Choose(0, 500).ArrayOf(3)
            from more in Gen.Choose(1, 500)
            from allowance in Gen.Choose(1, 5000)
            select (counts, more, allowance),
            it =>
            {
                var before = CallPlan.Of(Loads(it.counts), it.allowance, 100);
                var after = CallPlan.Of(Loads([it.counts[0] + it.more, it.counts[1], it.counts[2]]), it.allowance, 100);

                Assert.True(after.CallsPerHour >= before.CallsPerHour && after.Share >= before.Share);
                Assert.True((after.BackfillDays ?? double.MaxValue) >= (before.BackfillDays ?? double.MaxValue));
                Assert.All(before.Tiers.Zip(after.Tiers), tier => Assert.True((tier.Second.ReachedMinutes ?? double.MaxValue) >= (tier.First.ReachedMinutes ?? double.MaxValue)));
            });

    private static TierLoad[] Loads(int[] counts) => [Load(Tier.High, counts[0], 4), Load(Tier.Medium, counts[1], 4), Load(Tier.Low, counts[2], 4)];

    // So many accounts that call so often in each hour.
    private static TierLoad Load(Tier tier, int accounts, double perHour) => new(tier, accounts, [new JobLoad(SyncJob.Tier, 24, perHour, true)]);
}
