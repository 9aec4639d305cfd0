using System.Globalization;
using MetaGrains.Api.Auth;
using MetaGrains.Tls;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Api.Hosting;

/// <summary>The configuration cannot be used as given; the message names the key and the fix, in one line.</summary>
internal sealed class ApiConfigurationException(string message) : Exception(message);

/// <summary>What the API is told by its environment. Its text holds secrets, so it has none of its own.</summary>
internal sealed class ApiSettings
{
    public const string DatabaseUrlKey = "METAGRAINS_DATABASE_URL";
    public const string OperatorKeyKey = "METAGRAINS_OPERATOR_KEY";
    public const string ClusterSecretKey = "METAGRAINS_CLUSTER_SECRET";
    public const string EncryptionKeyKey = "ENCRYPTION_KEY";
    public const string LogLevelKey = "LOG_LEVEL";
    public const string EnvironmentKey = "APP_ENV";
    public const string JobsKey = "META_JOBS_ENABLED";

    public const string CronSecretKey = "META_CRON_SECRET";
    public const string SharedCronSecretKey = "CRON_SECRET";
    public const string FreshMinutesKey = "META_FRESH_SCHED_MINUTES";

    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["trace"] = LogLevel.Trace, ["debug"] = LogLevel.Debug, ["info"] = LogLevel.Information, ["information"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning, ["warning"] = LogLevel.Warning, ["error"] = LogLevel.Error, ["critical"] = LogLevel.Critical, ["none"] = LogLevel.None,
    };

    /// <summary>PostgreSQL.</summary>
    public required string DatabaseUrl { get; init; }

    /// <summary>The key of the operator.</summary>
    public required OperatorKey OperatorKey { get; init; }

    /// <summary>Seals tokens.</summary>
    public required EncryptionKeys Keys { get; init; }

    /// <summary>What silos and their clients share; empty where silos listen on loopback alone.</summary>
    public string ClusterSecret { get; init; } = "";

    /// <summary>How silos are spoken to.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>What is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether people's systems depend on it: then logs are JSON.</summary>
    public bool Production { get; init; }

    /// <summary>False: Meta jobs answer 404 and are hidden.</summary>
    public bool JobsEnabled { get; init; } = true;

    /// <summary>What outside crons call <c>/api/scheduler/meta</c> with.</summary>
    public CronSecret CronSecret { get; init; } = new(null);

    /// <summary>Least time between two such calls that ask for runs of one connection.</summary>
    public TimeSpan FreshCooldown { get; init; } = TimeSpan.FromMinutes(new SyncOptions().FreshMinutes);

    /// <summary>Reads them.</summary>
    /// <exception cref="ApiConfigurationException">One is missing or malformed.</exception>
    public static ApiSettings Read(Func<string, string?> variable) => new()
    {
        DatabaseUrl = DatabaseUrlOf(variable(DatabaseUrlKey)),
        OperatorKey = OperatorKeyOf(variable(OperatorKeyKey)),
        Keys = KeysOf(variable(EncryptionKeyKey)),
        ClusterSecret = variable(ClusterSecretKey) ?? "",
        Tls = TlsOf(variable),
        LogLevel = LogLevelOf(variable(LogLevelKey)),
        Production = variable(EnvironmentKey) == "production",
        JobsEnabled = JobsOf(variable(JobsKey)),
        CronSecret = CronSecretOf(variable(CronSecretKey), CronSecretKey) ?? CronSecretOf(variable(SharedCronSecretKey), SharedCronSecretKey) ?? new CronSecret(null),
        FreshCooldown = MinutesOf(variable(FreshMinutesKey)),
    };

    private static string DatabaseUrlOf(string? url)
    {
        if (string.IsNullOrWhiteSpace(url))
            throw new ApiConfigurationException($"{DatabaseUrlKey} is not set: set it, as in postgres://user:password@host:5432/metagrains.");
        try
        {
            Warehouse.DatabaseUrl.Parse(url);
            return url;
        }
        catch (FormatException malformed)
        {
            throw new ApiConfigurationException($"{DatabaseUrlKey}: {malformed.Message}");
        }
    }

    private static OperatorKey OperatorKeyOf(string? key) =>
        string.IsNullOrEmpty(key)
            ? throw new ApiConfigurationException($"{OperatorKeyKey} is not set: make one with 'openssl rand -hex 32'.")
        : key.Length < OperatorKey.MinLength
            ? throw new ApiConfigurationException($"{OperatorKeyKey} has {key.Length} characters: use at least {OperatorKey.MinLength}, made with 'openssl rand -hex 32'.")
        : key.Any(letter => letter is <= ' ' or > '~')
            ? throw new ApiConfigurationException($"{OperatorKeyKey} has a character that no header carries: use printable ASCII without spaces.")
        : new OperatorKey(key);

    private static EncryptionKeys KeysOf(string? hex)
    {
        try
        {
            return EncryptionKeys.Parse(hex);
        }
        catch (FormatException malformed)
        {
            throw new ApiConfigurationException(malformed.Message);
        }
    }

    private static TlsOptions TlsOf(Func<string, string?> variable)
    {
        try
        {
            var tls = TlsOptions.Read(variable);
            return tls.Refuse(listens: false) is { } why ? throw new ApiConfigurationException(why) : tls;
        }
        catch (FormatException malformed)
        {
            throw new ApiConfigurationException(malformed.Message);
        }
    }

    private static LogLevel LogLevelOf(string? level) =>
        string.IsNullOrWhiteSpace(level) ? LogLevel.Information
        : Levels.TryGetValue(level.Trim(), out var known) ? known
        : throw new ApiConfigurationException($"{LogLevelKey} is '{level}': use trace, debug, info, warn, error, critical or none.");

    private static CronSecret? CronSecretOf(string? secret, string name) =>
        string.IsNullOrEmpty(secret) ? null
        : secret.Length < OperatorKey.MinLength || secret.Any(letter => letter is <= ' ' or > '~')
            ? throw new ApiConfigurationException($"{name} is no secret: use at least {OperatorKey.MinLength} printable ASCII characters without spaces, made with 'openssl rand -hex 32'.")
        : new CronSecret(secret);

    private static TimeSpan MinutesOf(string? text) =>
        string.IsNullOrWhiteSpace(text) ? TimeSpan.FromMinutes(new SyncOptions().FreshMinutes)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= SyncOptions.MostMinutes
            ? TimeSpan.FromMinutes(minutes)
        : throw new ApiConfigurationException($"{FreshMinutesKey} is '{text}': use 0 (no cooldown) to {SyncOptions.MostMinutes}.");

    private static bool JobsOf(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" or "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new ApiConfigurationException($"{JobsKey} is '{text}': use true or false."),
    };
}
