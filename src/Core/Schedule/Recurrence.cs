using MetaGrains.Core.Time;

namespace MetaGrains.Core.Schedule;

/// <summary>
/// When a job is due by itself: moments that a rule and the account's offset name, never a count of ticks. However many
/// were missed, the next one after the start of a run is the next one due.
/// </summary>
public abstract record Recurrence
{
    private Recurrence()
    {
    }

    /// <summary>Names the rule: where it differs, due times are made anew. Stored with the job.</summary>
    public abstract string Rule { get; }

    /// <summary>The first due time strictly after a moment.</summary>
    public abstract DateTimeOffset NextAfter(DateTimeOffset moment, AccountOffset offset);

    /// <summary>Time from a due time to the one after it: four of them overdue, the job ranks with HIGH.</summary>
    public virtual TimeSpan IntervalAfter(DateTimeOffset due, AccountOffset offset) => NextAfter(due, offset) - due;

    /// <summary>
    /// The due time after the rule changed. What is overdue stays overdue and is caught up with; else the next due time
    /// counts from now, so that one changed setting does not make half of all accounts due at once.
    /// </summary>
    public DateTimeOffset Retimed(DateTimeOffset due, DateTimeOffset now, AccountOffset offset) => due <= now ? due : NextAfter(now, offset);

    /// <summary>At fixed distances: <see cref="SyncSchedule"/>.</summary>
    /// <param name="Interval">From one due time to the next.</param>
    public sealed record Every(TimeSpan Interval) : Recurrence
    {
        /// <inheritdoc />
        public override string Rule => $"every {Interval}";

        /// <inheritdoc />
        public override DateTimeOffset NextAfter(DateTimeOffset moment, AccountOffset offset) => SyncSchedule.NextAfter(moment, Interval, offset);

        /// <inheritdoc />
        public override TimeSpan IntervalAfter(DateTimeOffset due, AccountOffset offset) => Interval;
    }

    /// <summary>Once in each day of the account's own zone, between two times of the clock.</summary>
    /// <param name="Calendar">The account's calendar.</param>
    /// <param name="From">The first moment of the clock.</param>
    /// <param name="Span">How long after that accounts are spread.</param>
    public sealed record Daily(AccountCalendar Calendar, TimeOnly From, TimeSpan Span) : Recurrence
    {
        /// <inheritdoc />
        public override string Rule => $"daily at {From:HH:mm} {Calendar.ZoneName}";

        /// <inheritdoc />
        public override DateTimeOffset NextAfter(DateTimeOffset moment, AccountOffset offset)
        {
            var time = From.Add(offset.Within(Span));
            for (var day = Calendar.Today(moment).AddDays(-1); ; day = day.AddDays(1))
            {
                if (Calendar.At(day, time) is var due && due > moment)
                    return due;
            }
        }
    }

    /// <summary>At the minutes of a cron expression, each account a little later, so that not all come in one second.</summary>
    /// <param name="Expression">The minutes, in UTC.</param>
    public sealed record Cron(CronExpression Expression) : Recurrence
    {
        /// <summary>The accounts of one minute are spread over as much, or until the next minute that is named.</summary>
        public static TimeSpan Spread { get; } = TimeSpan.FromMinutes(10);

        /// <inheritdoc />
        public override string Rule => $"cron {Expression}";

        /// <inheritdoc />
        public override DateTimeOffset NextAfter(DateTimeOffset moment, AccountOffset offset)
        {
            var minute = Expression.NextAfter(moment - Spread - TimeSpan.FromMinutes(1));
            while (true)
            {
                var following = Expression.NextAfter(minute);
                var room = following - minute;
                if (minute + offset.Within(room < Spread ? room : Spread) is var due && due > moment)
                    return due;
                minute = following;
            }
        }
    }
}
