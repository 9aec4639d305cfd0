using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Simulation;

/// <summary>What SQL would know of one account: which days were published, and how far each cursor is.</summary>
internal sealed class ReadDays
{
    private const int MostDays = 64;

    private readonly Dictionary<SyncJob, DateOnly> _cursors = [];
    private ulong _days;

    public DateOnly? First { get; set; }

    public DateTimeOffset? LastTier { get; private set; }

    /// <summary>Takes a publish.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Publish(SyncEffect.StartRun run, DateTimeOffset now)
    {
        var window = run.Plan.Window;
        for (var day = window.Since; day <= window.Until; day = day.AddDays(1))
        {
            if (day >= First && day.DayNumber - First.Value.DayNumber < MostDays)
                _days |= 1UL << (day.DayNumber - First.Value.DayNumber);
        }

        if (run.Plan.Job == SyncJob.Tier)
            LastTier = now;
        if (!run.Plan.MovesCursor)
            return null;
        if (_cursors.TryGetValue(run.Plan.Job, out var before) && window.Until < before)
            return $"{run.Plan.Job.WireName()} went back from {before} to {window.Until}";
        _cursors[run.Plan.Job] = window.Until;
        return null;
    }

    /// <summary>The first day up to another that nobody has read, or null.</summary>
    public DateOnly? Unread(DateOnly until)
    {
        for (var day = First ?? until.AddDays(1); day <= until; day = day.AddDays(1))
        {
            if ((_days & (1UL << (day.DayNumber - First!.Value.DayNumber))) == 0)
                return day;
        }

        return null;
    }
}
