namespace MetaGrains.Grains.Schedules;

/// <summary>Limits of a <see cref="ScheduleWriter"/>. Section <c>MetaGrains:ScheduleWriter</c>.</summary>
public sealed class ScheduleWriterOptions
{
    /// <summary>Least time from one statement to the next: a grain waits so long at most for its row. Default: 50 ms.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Most rows of one statement. Default: 2,000.</summary>
    public int MaxRows { get; set; } = 2000;

    internal string? Refuse() =>
        Pause < TimeSpan.Zero || Pause > TimeSpan.FromSeconds(1) ? "MetaGrains:ScheduleWriter:Pause must be 0 to 1 s."
        : MaxRows is < 1 or > 10_000 ? "MetaGrains:ScheduleWriter:MaxRows must be 1 to 10000."
        : null;
}
