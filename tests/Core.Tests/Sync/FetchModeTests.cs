using MetaGrains.Core.Sync.Shapes;

namespace MetaGrains.Core.Tests.Sync;

public sealed class FetchModeTests
{
    [Theory]
    [InlineData(0, 3, FetchMode.AtOnce, 1)]
    [InlineData(3, 3, FetchMode.AtOnce, 1)]
    [InlineData(300, 3, FetchMode.AtOnce, 1)]
    [InlineData(10_000, 3, FetchMode.AtOnce, 20)]
    [InlineData(30_000, 3, FetchMode.AtOnce, 60)]
    public void The_fewest_calls_are_those_of_the_synchronous_answer(long rows, int days, FetchMode mode, long calls)
    {
        var size = new FetchSize(rows, days, 500);

        Assert.Equal(mode, FetchModes.Fewest(size));
        Assert.Equal(calls, FetchModes.Calls(mode, size));
        Assert.All(Enum.GetValues<FetchMode>(), other => Assert.True(FetchModes.Calls(other, size) >= calls));
    }

    [Theory]
    [InlineData(50_000, FetchMode.AtOnce)]
    [InlineData(50_001, FetchMode.Report)]
    public void A_walk_of_more_than_a_hundred_pages_is_left_to_a_report_whose_rows_stand_still(long rows, FetchMode mode) =>
        Assert.Equal(mode, FetchModes.Choose(new FetchSize(rows, 3, 500)));
}
