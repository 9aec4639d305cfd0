using System.Diagnostics.CodeAnalysis;

namespace MetaGrains.Core.Schedule;

/// <summary>
/// Minutes of UTC, in the five fields of cron: minute, hour, day of month, month, day of week. A field is <c>*</c> or a
/// list of values and ranges; a range may have a step (<c>*/15</c>, <c>10-40/10</c>). Months and days of the week have
/// their English names, too; Sunday is 0 and 7. Where both kinds of days are restricted, either is enough.
/// </summary>
public sealed class CronExpression
{
    // 29 February can be eight years away.
    private const int MostYears = 9;

    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _days;
    private readonly CronField _months;
    private readonly CronField _weekdays;

    private CronExpression(string text, CronField[] fields)
    {
        Text = text;
        (_minutes, _hours, _days, _months, _weekdays) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
    }

    /// <summary>The expression, with single spaces.</summary>
    public string Text { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cron">The expression.</param>
    /// <param name="refusal">What is wrong with the text, for the person who wrote it.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CronExpression? cron, [NotNullWhen(false)] out string? refusal)
    {
        cron = null;
        var parts = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != CronField.Kinds.Length)
        {
            refusal = $"'{text}' has {parts.Length} fields, not five: minute, hour, day of month, month, day of week.";
            return false;
        }

        var fields = new CronField[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            if (!CronField.TryParse(CronField.Kinds[index], parts[index], out fields[index], out refusal))
                return false;
        }

        var read = new CronExpression(string.Join(' ', parts), fields);
        refusal = read.Next(DateTimeOffset.UnixEpoch) is null ? $"'{read.Text}' names a day that no year has." : null;
        if (refusal is not null)
            return false;
        cron = read;
        return true;
    }

    /// <summary>The first minute that it names after a moment.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset moment) =>
        Next(moment) ?? throw new InvalidOperationException($"'{Text}' names no moment after {moment:O}.");

    /// <inheritdoc />
    public override string ToString() => Text;

    private DateTimeOffset? Next(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        var from = new DateTime(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, DateTimeKind.Utc).AddMinutes(1);
        var day = DateOnly.FromDateTime(from);
        for (var last = day.AddYears(MostYears); day <= last; day = Step(day))
        {
            if (!Names(day))
                continue;
            var start = day == DateOnly.FromDateTime(from) ? (from.Hour * 60) + from.Minute : 0;
            for (var minute = start; minute < 24 * 60; minute = _hours.Has(minute / 60) ? minute + 1 : ((minute / 60) + 1) * 60)
            {
                if (_hours.Has(minute / 60) && _minutes.Has(minute % 60))
                    return new DateTimeOffset(day.ToDateTime(new TimeOnly(minute / 60, minute % 60)), TimeSpan.Zero);
            }
        }

        return null;
    }

    private DateOnly Step(DateOnly day) =>
        _months.Has(day.Month) ? day.AddDays(1) : new DateOnly(day.Year, day.Month, 1).AddMonths(1);

    private bool Names(DateOnly day)
    {
        if (!_months.Has(day.Month))
            return false;
        var (byDate, byWeekday) = (_days.Has(day.Day), _weekdays.Has((int)day.DayOfWeek));
        return _days.Restricts && _weekdays.Restricts ? byDate || byWeekday : byDate && byWeekday;
    }
}
