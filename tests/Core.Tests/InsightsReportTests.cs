using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Tests;

public sealed class InsightsReportTests
{
    [Fact]
    public void Every_account_gets_one_daily_report_per_level_widest_first() =>
        Assert.Equal(["account_daily", "campaign_daily", "adset_daily", "ad_daily"], InsightsReport.Defaults.Select(report => report.Name));

    [Fact]
    public void A_default_report_asks_for_no_breakdown_no_filter_and_no_window_that_is_gone()
    {
        foreach (var report in InsightsReport.Defaults)
        {
            Assert.Empty(report.Breakdowns);
            Assert.Empty(report.Filtering);
            Assert.Equal(["1d_click", "7d_click", "28d_click", "1d_view"], report.AttributionWindows.AsEnumerable());
            Assert.Equal(["impressions", "clicks", "reach", "spend", "actions", "action_values"], report.Fields.AsEnumerable());
        }
    }

    [Fact]
    public void A_levels_name_reads_back_as_the_level()
    {
        foreach (var level in Enum.GetValues<InsightsLevel>())
        {
            Assert.True(InsightsLevels.TryParse(level.WireName(), out var read));
            Assert.Equal(level, read);
        }

        Assert.Equal(Enum.GetValues<InsightsLevel>(), InsightsLevels.All);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Ad")]
    [InlineData("ad_set")]
    public void Another_word_is_no_level(string? text) => Assert.False(InsightsLevels.TryParse(text, out _));

    [Fact]
    public void A_row_describes_the_object_of_its_level_and_says_so_when_it_cannot()
    {
        var row = new InsightRow
        {
            Date = new DateOnly(2026, 3, 1), CampaignId = "1", AdSetId = "2", Currency = "EUR", AttributionSetting = "", BreakdownKey = "", Raw = default,
        };

        Assert.Equal("77", row.EntityId(InsightsLevel.Account, "77"));
        Assert.Equal("1", row.EntityId(InsightsLevel.Campaign, "77"));
        Assert.Equal("2", row.EntityId(InsightsLevel.AdSet, "77"));
        var refused = Assert.Throws<InvalidOperationException>(() => row.EntityId(InsightsLevel.Ad, "77"));
        Assert.Contains("2026-03-01", refused.Message, StringComparison.Ordinal);
    }
}
