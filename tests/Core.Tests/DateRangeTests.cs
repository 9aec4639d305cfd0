using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests;

public sealed class DateRangeTests
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    [Fact]
    public void Reversed_dates_are_refused_by_name()
    {
        var refused = Assert.Throws<ArgumentException>(() => new DateRange(Day, Day.AddDays(-1)));

        Assert.Contains("until 2026-02-28 is before since 2026-03-01", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_day_is_a_range_with_both_ends_included()
    {
        var range = new DateRange(Day, Day);

        Assert.Equal(1, range.Days);
        Assert.True(range.Contains(Day));
        Assert.False(range.Contains(Day.AddDays(1)));
        Assert.False(range.Contains(Day.AddDays(-1)));
        Assert.Equal("2026-03-01..2026-03-01", range.ToString());
    }

    [Theory]
    [InlineData("2026-01-31", "2026-02-01", "2026-01-01 2026-02-01")]
    [InlineData("2026-02-28", "2026-02-28", "2026-02-01")]
    [InlineData("2025-12-31", "2026-01-01", "2025-12-01 2026-01-01")]
    [InlineData("2024-01-01", "2024-03-31", "2024-01-01 2024-02-01 2024-03-01")]
    public void Months_are_those_that_the_range_touches_oldest_first(string since, string until, string months) =>
        Assert.Equal(months, string.Join(' ', new DateRange(Date(since), Date(until)).Months().Select(DateRange.Iso)));

    [Fact]
    public void Every_day_lies_in_exactly_one_of_the_months() =>
        Prop.ForAll(Any.Range.ToArbitrary(), range =>
            {
                var months = range.Months().ToArray();
                return months.SequenceEqual(Days(range).Select(day => new DateOnly(day.Year, day.Month, 1)).Distinct());
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Pieces_cover_each_day_exactly_once_newest_first_and_are_no_longer_than_asked() =>
        Prop.ForAll(Any.Range.ToArbitrary(), Gen.Choose(1, 100).ToArbitrary(), (range, length) =>
            {
                var pieces = range.NewestFirst(length).ToArray();
                return Enumerable.Reverse(pieces).SelectMany(Days).SequenceEqual(Days(range))
                    && pieces.All(piece => piece.Days <= length)
                    && pieces.SkipLast(1).All(piece => piece.Days == length);
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Pieces_may_be_longer_than_all_of_time()
    {
        var range = new DateRange(DateOnly.MinValue, DateOnly.MinValue.AddDays(2));

        Assert.Equal([range], range.NewestFirst(int.MaxValue));
        Assert.Equal(3, range.NewestFirst(1).Count());
    }

    [Fact]
    public void Pieces_of_no_day_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DateRange(Day, Day).NewestFirst(0).ToArray());

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");

    private static IEnumerable<DateOnly> Days(DateRange range) => Enumerable.Range(0, range.Days).Select(range.Since.AddDays);
}
