using System.Globalization;
using MetaGrains.Core.Incidents;

namespace MetaGrains.Grains.Incidents;

/// <summary>How incidents are recognised and probed. Section <c>MetaGrains:Incidents</c>.</summary>
public sealed class IncidentOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MetaGrains:Incidents";

    /// <summary>Failures within this time count together. Default: 5 min.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Fewest accounts that make an incident. Default: 5.</summary>
    public int LeastAccounts { get; set; } = 5;

    /// <summary>Smallest share of the active accounts that makes one. Default: 0.2.</summary>
    public double LeastShare { get; set; } = 0.2;

    /// <summary>Pause of a silo before it tells how runs ended. Default: 1 s.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How old the list of incidents may be that accounts of a silo go by. Default: 5 s.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time until the first account tries whether it is over; doubled with each try. Default: 1 min.</summary>
    public TimeSpan FirstProbe { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time from one try to the next. Default: 15 min.</summary>
    public TimeSpan LongestProbe { get; set; } = TimeSpan.FromMinutes(15);

    internal IncidentThreshold Threshold => new() { Window = Window, LeastAccounts = LeastAccounts, LeastShare = LeastShare };

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromHours(1) ? $"{Section}:Window must be 1 s to 1 h, not {Window}."
        : LeastAccounts < 2 ? $"{Section}:LeastAccounts must be at least 2, not {LeastAccounts}."
        : LeastShare is not (> 0 and <= 1) ? $"{Section}:LeastShare must be more than 0 and at most 1, not {LeastShare.ToString(CultureInfo.InvariantCulture)}."
        : Pause < TimeSpan.FromMilliseconds(10) || Pause > TimeSpan.FromMinutes(1) ? $"{Section}:Pause must be 10 ms to 1 min, not {Pause}."
        : MaxAge < TimeSpan.FromMilliseconds(10) || MaxAge >= FirstProbe ? $"{Section}:MaxAge must be at least 10 ms and less than FirstProbe, not {MaxAge}."
        : LongestProbe < FirstProbe || LongestProbe > TimeSpan.FromHours(6) ? $"{Section}:LongestProbe must be FirstProbe to 6 h, not {LongestProbe}."
        : null;
}
