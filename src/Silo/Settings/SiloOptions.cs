namespace MetaGrains.Silo.Settings;

/// <summary>What only this host has settings for. Section <c>MetaGrains:Silo</c>; environment: <c>MetaGrains__Silo__…</c>.</summary>
internal sealed class SiloOptions
{
    public const string Section = "MetaGrains:Silo";

    /// <summary>A shorter period of a reminder is refused; accounts with a shorter interval of their own cannot wake. Default: 1 min.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Rows of a page of insights. Default: the Graph client's.</summary>
    public int? GraphPageLimit { get; set; }

    /// <summary>Wait before the first retry of a call. Default: the Graph client's.</summary>
    public TimeSpan? GraphRetryBaseDelay { get; set; }

    /// <summary>Ad accounts of the stub mode. Default: 3.</summary>
    public int StubAccounts { get; set; } = 3;

    /// <summary>Where other silos connect; 0 takes a free port. Default: 0 when the gateway's is free, too, else 11111.</summary>
    public int? SiloPort { get; set; }

    /// <summary>How long PostgreSQL is waited for at the start. Default: 30 s.</summary>
    public TimeSpan DatabasePatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a start may take, and with it the wait for silos that are in its way. Default: 20 s.</summary>
    public TimeSpan JoinPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long grains have to come to rest when the silo stops. Default: 10 s.</summary>
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections to PostgreSQL for the warehouse; the engine has about as many more. Default: 20.</summary>
    public int DatabaseConnections { get; set; } = 20;

    /// <summary>Most memory for pages that were read and not published yet, in MiB. Default: 256.</summary>
    public int StagingMegabytes { get; set; } = 256;

    /// <summary>Says what is wrong, or null.</summary>
    public string? Refuse() =>
        Range(nameof(MinimumReminderPeriod), MinimumReminderPeriod, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))
        ?? Range(nameof(DatabasePatience), DatabasePatience, TimeSpan.Zero, TimeSpan.FromHours(1))
        ?? Range(nameof(JoinPatience), JoinPatience, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
        ?? Range(nameof(StopPatience), StopPatience, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10))
        ?? Range(nameof(StubAccounts), StubAccounts, 1, 1_000_000)
        ?? Range(nameof(SiloPort), SiloPort ?? 0, 0, ushort.MaxValue)
        ?? Range(nameof(DatabaseConnections), DatabaseConnections, 1, 1000)
        ?? Range(nameof(StagingMegabytes), StagingMegabytes, 0, 65536);

    private static string? Range<T>(string key, T value, T low, T high)
        where T : IComparable<T> =>
        value.CompareTo(low) >= 0 && value.CompareTo(high) <= 0 ? null : $"{Section}:{key} must be {low} to {high}, not {value}.";
}
