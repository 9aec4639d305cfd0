namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Days, both ends included.</summary>
internal readonly record struct DaySpan(DateOnly Since, DateOnly Until)
{
    public int Days => Until.DayNumber - Since.DayNumber + 1;
}

/// <summary>The <c>date_preset</c> values. <c>last_Nd</c> ends yesterday, <c>this_…</c> ends today.</summary>
internal static class DatePresets
{
    public const string Default = "last_30d";

    /// <summary>The days that a preset means, or null for a word that is no preset.</summary>
    /// <param name="oldest">The first day of <c>maximum</c>.</param>
    public static DaySpan? Find(string preset, DateOnly today, DateOnly oldest)
    {
        var month = new DateOnly(today.Year, today.Month, 1);
        var quarter = new DateOnly(today.Year, (((today.Month - 1) / 3) * 3) + 1, 1);
        var year = new DateOnly(today.Year, 1, 1);
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var sunday = today.AddDays(-(int)today.DayOfWeek);
        return preset switch
        {
            "today" => new DaySpan(today, today),
            "yesterday" => LastDays(today, 1),
            "last_3d" => LastDays(today, 3),
            "last_7d" => LastDays(today, 7),
            "last_14d" => LastDays(today, 14),
            "last_28d" => LastDays(today, 28),
            "last_30d" => LastDays(today, 30),
            "last_90d" => LastDays(today, 90),
            "this_month" => new DaySpan(month, today),
            "last_month" => new DaySpan(month.AddMonths(-1), month.AddDays(-1)),
            "this_quarter" => new DaySpan(quarter, today),
            "last_quarter" => new DaySpan(quarter.AddMonths(-3), quarter.AddDays(-1)),
            "this_year" => new DaySpan(year, today),
            "last_year" => new DaySpan(year.AddYears(-1), year.AddDays(-1)),
            "this_week_mon_today" => new DaySpan(monday, today),
            "last_week_mon_sun" => new DaySpan(monday.AddDays(-7), monday.AddDays(-1)),
            "this_week_sun_today" => new DaySpan(sunday, today),
            "last_week_sun_sat" => new DaySpan(sunday.AddDays(-7), sunday.AddDays(-1)),
            "maximum" or "data_maximum" => new DaySpan(oldest, today),
            _ => null,
        };
    }

    private static DaySpan LastDays(DateOnly today, int days) => new(today.AddDays(-days), today.AddDays(-1));
}
