using System.Globalization;

namespace MetaGrains.Core.Time;

/// <summary>Days of an ad account, both ends included, as <c>time_range</c> of the Insights API means them.</summary>
public readonly record struct DateRange
{
    /// <summary>Makes a range.</summary>
    /// <exception cref="ArgumentException"><paramref name="until"/> is before <paramref name="since"/>.</exception>
    public DateRange(DateOnly since, DateOnly until)
    {
        if (until < since)
            throw new ArgumentException($"The dates are reversed: until {Iso(until)} is before since {Iso(since)}.", nameof(until));
        Since = since;
        Until = until;
    }

    /// <summary>The first day.</summary>
    public DateOnly Since { get; }

    /// <summary>The last day; part of the range.</summary>
    public DateOnly Until { get; }

    /// <summary>Number of days, at least one.</summary>
    public int Days => Until.DayNumber - Since.DayNumber + 1;

    /// <summary>Whether the day lies in the range.</summary>
    public bool Contains(DateOnly day) => day >= Since && day <= Until;

    /// <summary>The first day of every month that the range touches, oldest first.</summary>
    public IEnumerable<DateOnly> Months()
    {
        for (var month = new DateOnly(Since.Year, Since.Month, 1); month <= Until; month = month.AddMonths(1))
            yield return month;
    }

    /// <summary>Pieces of at most <paramref name="days"/> days, newest first.</summary>
    public IEnumerable<DateRange> NewestFirst(int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        // Counted in day numbers, which, unlike dates, may step over the first day there is.
        for (var until = Until.DayNumber; until >= Since.DayNumber; until -= days)
            yield return new DateRange(DateOnly.FromDayNumber(Math.Max(Since.DayNumber, until - days + 1)), DateOnly.FromDayNumber(until));
    }

    /// <summary>A day as <c>YYYY-MM-DD</c>.</summary>
    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>YYYY-MM-DD..YYYY-MM-DD</c>.</summary>
    public override string ToString() => $"{Iso(Since)}..{Iso(Until)}";
}
