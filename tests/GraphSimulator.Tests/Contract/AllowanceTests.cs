using MetaGrains.GraphSimulator.Limits;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 3, the formulas of the pages.</summary>
public sealed class AllowanceTests
{
    [Theory]
    [InlineData(AccessTier.Development, UseCase.AdsInsights, 5, 0, 600 + (400 * 5))]
    [InlineData(AccessTier.Development, UseCase.AdsManagement, 5, 0, 300 + (40 * 5))]
    [InlineData(AccessTier.Standard, UseCase.AdsInsights, 5, 0, 190_000 + (400 * 5))]
    [InlineData(AccessTier.Standard, UseCase.AdsManagement, 5, 0, 100_000 + (40 * 5))]
    [InlineData(AccessTier.Development, UseCase.AdsInsights, 0, 100_000, 500)]
    public void The_hourly_allowance_follows_tier_active_ads_and_errors(object tier, object useCase, int activeAds, long errors, long expected) =>
        Assert.Equal(expected, new SimulatedLimits { Tier = (AccessTier)tier }.UseCasePerHour((UseCase)useCase, activeAds, errors));

    [Fact]
    public void The_wait_ends_when_enough_calls_are_an_hour_old()
    {
        var start = new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);
        var hour = new RollingHour();
        hour.Add(start, 60);
        hour.Add(start.AddMinutes(20), 60);

        Assert.Equal(120, hour.Count(start.AddMinutes(30)));
        Assert.Equal(30, hour.MinutesUntilBelow(100, start.AddMinutes(30)));
        Assert.Equal(50, hour.MinutesUntilBelow(60, start.AddMinutes(30)));
        Assert.Equal(60, hour.Count(start.AddMinutes(60)));
        Assert.Equal(0, hour.Count(start.AddMinutes(80)));
    }

    [Fact]
    public void A_score_leaks_away_within_five_minutes()
    {
        var start = new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);
        var bucket = new ScoreBucket();
        bucket.Add(start, 60, 60, TimeSpan.FromMinutes(5));

        Assert.Equal(new ScoreState(50, 150, false), bucket.Add(start.AddSeconds(150), 0, 60, TimeSpan.FromMinutes(5)));
        Assert.Equal(new ScoreState(0, 0, false), bucket.Add(start.AddSeconds(300), 0, 60, TimeSpan.FromMinutes(5)));
    }
}
