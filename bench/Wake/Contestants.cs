namespace MetaGrains.Bench.Wake;

/// <summary>Who wakes the accounts.</summary>
internal static class Contestants
{
    /// <summary>Grains: <see cref="WakeSilo"/>.</summary>
    public const string Grains = "grains";

    /// <summary>Quartz.NET: <see cref="QuartzNode"/>.</summary>
    public const string Quartz = "quartz";

    /// <summary>The limit: <see cref="ClaimLoop"/>.</summary>
    public const string Claims = "claims";
}
