using MetaGrains.Engine.Reminders;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime
{
    /// <summary>A handle of a reminder. It goes stale when the reminder is registered again.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>What a tick says: the reminder's first tick and period, and when this tick was sent.</summary>
    [GenerateSerializer, Immutable, Alias("Orleans.Runtime.TickStatus")]
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        [Id(0)]
        public TimeSpan Period { get; } = period;

        [Id(1)]
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>When the tick was sent, which is not when it was due.</summary>
        [Id(2)]
        public DateTime CurrentTickTime { get; } = timeStamp;

        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }
}

namespace Orleans
{
    /// <summary>A grain that reminders can wake.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    public static class GrainReminderExtensions
    {
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            ((IGrainBase)grain).RegisterOrUpdateReminder(reminderName, dueTime, period);

        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            Registry(grain).RegisterAsync(grain.GrainContext.GrainId, reminderName, dueTime, period);

        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) => ((IGrainBase)grain).UnregisterReminder(reminder);

        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
            Registry(grain).UnregisterAsync(grain.GrainContext.GrainId, reminder);

        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) => ((IGrainBase)grain).GetReminder(reminderName);

        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
            Registry(grain).GetAsync(grain.GrainContext.GrainId, reminderName);

        public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => ((IGrainBase)grain).GetReminders();

        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) => Registry(grain).GetAllAsync(grain.GrainContext.GrainId);

        private static ReminderRegistry Registry(IGrainBase grain)
        {
            if (grain is not IRemindable)
                throw new InvalidOperationException($"{grain.GetType().Name} must implement IRemindable to use reminders.");
            return grain.GrainContext.ActivationServices.GetService<ReminderRegistry>()
                ?? throw new OrleansConfigurationException("No reminder service: call UseInMemoryReminderService or UseAdoNetReminderService on the silo builder.");
        }
    }

    /// <summary>The table of reminders.</summary>
    public interface IReminderTable
    {
        Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        Task<ReminderTableData> ReadRows(GrainId grainId);

        /// <summary>The rows whose hash is in (begin, end], which wraps around; all rows where both are equal.</summary>
        Task<ReminderTableData> ReadRows(uint begin, uint end);

        Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

        /// <summary>Inserts or replaces, and returns the new etag.</summary>
        Task<string?> UpsertRow(ReminderEntry entry);

        /// <summary>False if the row is absent or has another etag.</summary>
        Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

        Task TestOnlyClearTable();
    }

    public sealed class ReminderEntry
    {
        public GrainId GrainId { get; set; }

        public string ReminderName { get; set; } = "";

        /// <summary>The first tick, in UTC.</summary>
        public DateTime StartAt { get; set; }

        public TimeSpan Period { get; set; }

        public string? ETag { get; set; }

        public override string ToString() => $"<{GrainId}, {ReminderName}, {StartAt:O}, {Period}, {ETag}>";
    }

    public sealed class ReminderTableData(IEnumerable<ReminderEntry> list)
    {
        public IList<ReminderEntry> Reminders { get; } = [.. list];
    }
}
