namespace MetaGrains.Grains.Upkeep;

/// <summary>When silos keep the warehouse in shape. Section <c>MetaGrains:Upkeep</c>.</summary>
public sealed class UpkeepOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MetaGrains:Upkeep";

    /// <summary>Time from a silo's start to its first round. Default: 5 s.</summary>
    public TimeSpan First { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time from one round to the next; up to a tenth is added by chance, so that silos do not meet. Default: 1 h.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time until a round that failed is tried again; doubled each time, up to <see cref="Every"/>. Default: 1 min.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a tenant that was marked deleted stays before all of it is erased. Default: 24 h.</summary>
    public TimeSpan EraseAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        First < TimeSpan.Zero || First > TimeSpan.FromHours(1) ? $"{Section}:First must be 0 to 1 h, not {First}."
        : Every < TimeSpan.FromMilliseconds(100) || Every > TimeSpan.FromDays(1) ? $"{Section}:Every must be 100 ms to 1 day, not {Every}."
        : Retry < TimeSpan.FromMilliseconds(10) || Retry > Every ? $"{Section}:Retry must be 10 ms to the time of Every, not {Retry}."
        : EraseAfter < TimeSpan.Zero || EraseAfter > TimeSpan.FromDays(365) ? $"{Section}:EraseAfter must be 0 to 365 days, not {EraseAfter}."
        : null;
}
