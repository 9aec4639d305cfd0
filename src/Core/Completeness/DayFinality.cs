namespace MetaGrains.Core.Completeness;

/// <summary>Whether the numbers of a day can still change.</summary>
public enum DayFinality
{
    /// <summary>The day is not over.</summary>
    Open,

    /// <summary>The day is over; Meta may restate it.</summary>
    Provisional,

    /// <summary>Meta does not change it any more.</summary>
    Final,
}

/// <summary>When a day is final.</summary>
public static class DayFinalities
{
    /// <summary>Days for which Meta restates: reported rows "do not change after 28 days" (Insights best practices).</summary>
    public const int RestatementDays = 28;

    /// <summary>What a day is when it is read on another.</summary>
    /// <param name="day">The day, in the account's zone.</param>
    /// <param name="today">The account's date at the moment of reading.</param>
    public static DayFinality Of(DateOnly day, DateOnly today) =>
        day >= today ? DayFinality.Open
        : today.DayNumber - day.DayNumber > RestatementDays ? DayFinality.Final
        : DayFinality.Provisional;
}
