using Microsoft.Extensions.Options;
using Orleans.Hosting;

namespace MetaGrains.Engine.Reminders;

/// <summary>A grain's handle of its reminder.</summary>
internal sealed record GrainReminder(string ReminderName, string? ETag) : IGrainReminder;

/// <summary>What grains ask of the reminder service.</summary>
internal sealed class ReminderRegistry(IReminderTable table, ReminderService service, IOptions<ReminderOptions> options, TimeProvider time)
{
    public async Task<IGrainReminder> RegisterAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (dueTime < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "A reminder's due time is not negative.");
        if (period == Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(period), period, "A reminder comes again and again.");
        if (period < options.Value.MinimumReminderPeriod)
            throw new ArgumentException($"A reminder's period is at least {options.Value.MinimumReminderPeriod}; '{name}' asks for {period}.", nameof(period));
        // Cut to what the table keeps, so that a due time is the same before and after a restart.
        var startAt = Cut((time.GetUtcNow().UtcDateTime + dueTime).Ticks, TimeSpan.TicksPerMicrosecond);
        var entry = new ReminderEntry
        {
            GrainId = grain,
            ReminderName = name,
            StartAt = new DateTime(startAt, DateTimeKind.Utc),
            Period = TimeSpan.FromTicks(Cut(period.Ticks, TimeSpan.TicksPerMillisecond)),
        };
        // The first tick may be due before the row is written: until the service knows it, no watermark may pass it.
        using var hold = service.Hold(grain, entry.StartAt);
        entry.ETag = await table.UpsertRow(entry);
        service.Put(entry);
        return new GrainReminder(name, entry.ETag);
    }

    private static long Cut(long ticks, long unit) => ticks - (ticks % unit);

    public async Task UnregisterAsync(GrainId grain, IGrainReminder reminder)
    {
        if (reminder is not GrainReminder { ETag: { } etag })
            throw new ArgumentException("The reminder was not given by this engine.", nameof(reminder));
        if (!await table.RemoveRow(grain, reminder.ReminderName, etag) && await table.ReadRow(grain, reminder.ReminderName) is not null)
            throw new ReminderException($"Reminder '{reminder.ReminderName}' of {grain} was registered again since; get it and unregister that.");
        service.Remove(grain, reminder.ReminderName);
    }

    public async Task<IGrainReminder?> GetAsync(GrainId grain, string name) =>
        await table.ReadRow(grain, name) is { } entry ? new GrainReminder(entry.ReminderName, entry.ETag) : null;

    public async Task<List<IGrainReminder>> GetAllAsync(GrainId grain) =>
        [.. (await table.ReadRows(grain)).Reminders.Select(entry => new GrainReminder(entry.ReminderName, entry.ETag))];
}
