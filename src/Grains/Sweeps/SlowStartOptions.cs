using MetaGrains.Core.Schedule;

namespace MetaGrains.Grains.Sweeps;

/// <summary>How many runs a silo begins in a second. Section <c>MetaGrains:SlowStart</c>.</summary>
public sealed class SlowStartOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MetaGrains:SlowStart";

    /// <summary>Runs per second right after the silo's start. Default: 10.</summary>
    public double FirstPerSecond { get; set; } = 10;

    /// <summary>Runs per second later on. Default: 100.</summary>
    public double MostPerSecond { get; set; } = 100;

    /// <summary>Time in which the rate doubles, from the first to the most. Default: 10 s.</summary>
    public TimeSpan Doubling { get; set; } = TimeSpan.FromSeconds(10);

    internal SlowStart Pace => new(FirstPerSecond, MostPerSecond, Doubling);

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        !(FirstPerSecond is >= 0.01 and <= 10_000) ? $"{Section}:FirstPerSecond must be 0.01 to 10000, not {FirstPerSecond}."
        : !(MostPerSecond >= FirstPerSecond && MostPerSecond <= 10_000) ? $"{Section}:MostPerSecond must be FirstPerSecond to 10000, not {MostPerSecond}."
        : Doubling < TimeSpan.FromMilliseconds(100) || Doubling > TimeSpan.FromHours(1) ? $"{Section}:Doubling must be 100 ms to 1 h, not {Doubling}."
        : null;
}
