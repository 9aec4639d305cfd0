namespace MetaGrains.Grains.Upkeep;

/// <summary>How changed settings reach the grains. Section <c>MetaGrains:Settings</c>.</summary>
public sealed class SettingsListenerOptions
{
    /// <summary>How often PostgreSQL is asked who is behind when no notification comes. Default: 15 s.</summary>
    public TimeSpan Fallback { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a silo tries to become the one that asks. Default: 15 s.</summary>
    public TimeSpan TakeOver { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long further notifications are waited for after one. Default: 200 ms.</summary>
    public TimeSpan Coalesce { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a run is left to whoever accepted it, who tells the grain, too. Default: 1 s.</summary>
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Grains that are told at the same time. Default: 64.</summary>
    public int AtOnce { get; set; } = 64;

    /// <summary>Grains of one kind that are looked up at a time. Default: 2,000.</summary>
    public int PageSize { get; set; } = 2000;

    /// <summary>Pause before a grain that is still behind is told the same again; doubled each time. Default: 2 s.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest such pause. Default: 5 min.</summary>
    public TimeSpan LastRetry { get; set; } = TimeSpan.FromMinutes(5);

    internal string? Refuse() =>
        Fallback < TimeSpan.FromMilliseconds(100) || Fallback > TimeSpan.FromMinutes(10) ? "MetaGrains:Settings:Fallback must be 100 ms to 10 min."
        : TakeOver < TimeSpan.FromMilliseconds(10) || TakeOver > TimeSpan.FromMinutes(10) ? "MetaGrains:Settings:TakeOver must be 10 ms to 10 min."
        : Coalesce < TimeSpan.FromMilliseconds(1) || Coalesce > Fallback ? "MetaGrains:Settings:Coalesce must be 1 ms to the time of Fallback."
        : Settle < TimeSpan.Zero || Settle > TimeSpan.FromMinutes(1) ? "MetaGrains:Settings:Settle must be 0 to 1 min."
        : AtOnce is < 1 or > 1024 ? "MetaGrains:Settings:AtOnce must be 1 to 1024."
        : PageSize is < 1 or > 10_000 ? "MetaGrains:Settings:PageSize must be 1 to 10000."
        : FirstRetry < TimeSpan.FromMilliseconds(10) || LastRetry < FirstRetry ? "MetaGrains:Settings:FirstRetry must be 10 ms or more, and LastRetry no less."
        : null;
}
