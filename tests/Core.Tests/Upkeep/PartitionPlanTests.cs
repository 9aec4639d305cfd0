using FsCheck.Fluent;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Upkeep;

namespace MetaGrains.Core.Tests.Upkeep;

public sealed class PartitionPlanTests
{
    private static readonly DateOnly Today = new(2026, 3, 31);

    private static readonly MonthTable[] Attached =
    [
        .. from month in Enumerable.Range(0, 30)
           from table in new[] { "meta_insights_daily", "meta_insights_raw", "of_somebody_else" }
           select new MonthTable(table, new DateOnly(2024, 1, 1).AddMonths(month)),
    ];

    [Fact]
    public void By_default_two_months_are_made_ahead_and_only_old_raw_months_go()
    {
        var plan = PartitionPlan.Of(Attached, Today, new RetentionOptions());

        Assert.Equal((new DateOnly(2026, 3, 1), new DateOnly(2026, 5, 1)), (plan.Since, plan.Until));
        Assert.All(plan.Detach, table => Assert.Equal("meta_insights_raw", table.Table));
        Assert.Equal((new DateOnly(2024, 1, 1), new DateOnly(2025, 2, 1)), (plan.Detach[0].Month, plan.Detach[^1].Month));
    }

    [Fact]
    public void Exactly_the_months_that_are_kept_stay() => Properties.Holds(
        from keep in Gen.Choose(2, 40)
        from days in Gen.Choose(0, 900)
        select (keep, Today: new DateOnly(2024, 1, 31).AddDays(days)),
        value =>
        {
            var plan = PartitionPlan.Of(Attached, value.Today, new RetentionOptions { InsightMonths = value.keep, RawMonths = null });
            var left = Attached.Where(table => table.Table == "meta_insights_daily").Except(plan.Detach).Where(table => table.Month <= value.Today).ToArray();

            Assert.All(plan.Detach, table => Assert.Equal("meta_insights_daily", table.Table));
            Assert.True(left.Length <= value.keep);
            Assert.All(plan.Detach, table => Assert.True(table.Month.AddMonths(value.keep) <= value.Today));
            Assert.All(left, table => Assert.True(table.Month.AddMonths(value.keep) > new DateOnly(value.Today.Year, value.Today.Month, 1)));
        });

    [Fact]
    public void For_ever_is_for_ever() =>
        Assert.Empty(PartitionPlan.Of(Attached, Today.AddYears(50), new RetentionOptions { InsightMonths = null, RawMonths = null }).Detach);

    [Fact]
    public void Nonsense_is_refused_by_its_key()
    {
        Assert.Null(new RetentionOptions().Refuse());
        foreach (var (options, key) in new[]
        {
            (new RetentionOptions { MonthsAhead = 0 }, "MonthsAhead"), (new RetentionOptions { InsightMonths = 1 }, "InsightMonths"),
            (new RetentionOptions { RawMonths = 0 }, "RawMonths"), (new RetentionOptions { LogDays = 1 }, "LogDays"),
            (new RetentionOptions { AbandonedAfterHours = 0 }, "AbandonedAfterHours"),
        })
        {
            Assert.Contains($"MetaGrains:Retention:{key} must be", options.Refuse()!, StringComparison.Ordinal);
        }
    }
}
