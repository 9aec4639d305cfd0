using MetaGrains.Cli.Demo;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.GraphSimulator;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Cli.Tests;

/// <summary>The comparison must be able to say no.</summary>
public sealed class DemoAccountTests
{
    private static readonly AccountTotals Ads = new(10, 5, 12.34m, 100, 7);

    private static DemoAccount Account(AccountTotals? ads = null, AccountTotals? campaigns = null, AccountTotals? daily = null, RunOutcome outcome = RunOutcome.Succeeded) =>
        new("act_1", "A", "EUR", new DateRange(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 5)),
            new AccountTruth(10, 5, 12.34m, 100, 7),
            new Dictionary<InsightsLevel, AccountTotals>
            {
                [InsightsLevel.Account] = Ads with { Rows = 5 },
                [InsightsLevel.Campaign] = campaigns ?? Ads with { Rows = 6 },
                [InsightsLevel.AdSet] = Ads with { Rows = 7 },
                [InsightsLevel.Ad] = ads ?? Ads,
            },
            daily ?? Ads with { Rows = 5 },
            new RunReport { Outcome = outcome });

    [Fact]
    public void Equal_sums_at_every_level_match() => Assert.True(Account().Match);

    [Fact]
    public void A_cent_a_row_an_impression_a_click_or_a_day_is_a_mismatch()
    {
        Assert.False(Account(ads: Ads with { Spend = 12.35m }).Match);
        Assert.False(Account(ads: Ads with { Rows = 9 }).Match);
        Assert.False(Account(ads: Ads with { Impressions = 99 }).Match);
        Assert.False(Account(ads: Ads with { Clicks = 8 }).Match);
        Assert.False(Account(ads: Ads with { Days = 4 }).Match);
    }

    [Fact]
    public void Another_level_the_aggregate_or_a_failed_run_is_a_mismatch()
    {
        Assert.False(Account(campaigns: Ads with { Spend = 12.33m }).Match);
        Assert.False(Account(daily: Ads with { Clicks = 6 }).Match);
        Assert.False(Account(outcome: RunOutcome.Failed).Match);
        Assert.False(new DemoResult("Portable", [], 1).Match);
    }
}
