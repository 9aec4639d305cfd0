using MetaGrains.Core.Completeness;

namespace MetaGrains.Core.Tests.Completeness;

public sealed class DayFinalityTests
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    [Theory]
    [InlineData(-1, DayFinality.Open)]
    [InlineData(0, DayFinality.Open)]
    [InlineData(1, DayFinality.Provisional)]
    [InlineData(28, DayFinality.Provisional)]
    [InlineData(29, DayFinality.Final)]
    [InlineData(400, DayFinality.Final)]
    public void A_day_is_open_until_it_is_over_and_final_when_28_days_have_passed_since(int daysLater, DayFinality expected) =>
        Assert.Equal(expected, DayFinalities.Of(Day, Day.AddDays(daysLater)));
}
