using Microsoft.Extensions.Options;

namespace MetaGrains.Warehouse;

/// <summary>How the warehouse is reached. Section <c>MetaGrains:Warehouse</c>.</summary>
public sealed class WarehouseOptions
{
    /// <summary>PostgreSQL 14 or newer, as <see cref="Warehouse.DatabaseUrl"/> reads it. Environment: <c>METAGRAINS_DATABASE_URL</c>.</summary>
    public string DatabaseUrl { get; set; } = "";

    /// <summary>
    /// The same database without a pooler between, for what a session holds: locks and LISTEN. Environment:
    /// <c>METAGRAINS_DATABASE_DIRECT_URL</c>. Default: none, <see cref="DatabaseUrl"/> is direct.
    /// </summary>
    public string? DirectUrl { get; set; }

    /// <summary>Most connections of this process to the database. Default: 20.</summary>
    public int MaxConnections { get; set; } = 20;

    /// <summary>Seconds after which a connection attempt fails. Default: 10.</summary>
    public int ConnectTimeoutSeconds { get; set; } = 10;

    /// <summary>Seconds after which one statement fails. Default: 120.</summary>
    public int CommandTimeoutSeconds { get; set; } = 120;

    /// <summary>
    /// Most memory, in MiB, for pages that were read and not published yet; what is more waits in <c>insights_staging</c>,
    /// at three times the price. A row takes about 2.5 KiB. Default: 256.
    /// </summary>
    public int StagingMegabytes { get; set; } = 256;
}

/// <summary>Refuses nonsense at start, naming the key.</summary>
public sealed class WarehouseOptionsValidator : IValidateOptions<WarehouseOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, WarehouseOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DatabaseUrl))
            return ValidateOptionsResult.Fail("MetaGrains:Warehouse:DatabaseUrl is empty: set METAGRAINS_DATABASE_URL.");
        return Url(options.DatabaseUrl, "DatabaseUrl (METAGRAINS_DATABASE_URL)")
            ?? Url(options.DirectUrl ?? options.DatabaseUrl, "DirectUrl (METAGRAINS_DATABASE_DIRECT_URL)")
            ?? Range(options.MaxConnections, 1, 1000, nameof(options.MaxConnections))
            ?? Range(options.ConnectTimeoutSeconds, 1, 300, nameof(options.ConnectTimeoutSeconds))
            ?? Range(options.CommandTimeoutSeconds, 1, 3600, nameof(options.CommandTimeoutSeconds))
            ?? Range(options.StagingMegabytes, 0, 65536, nameof(options.StagingMegabytes))
            ?? ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult? Url(string url, string key)
    {
        try
        {
            DatabaseUrl.Parse(url);
            return null;
        }
        catch (FormatException malformed)
        {
            return ValidateOptionsResult.Fail($"MetaGrains:Warehouse:{key}: {malformed.Message}");
        }
    }

    private static ValidateOptionsResult? Range(int value, int low, int high, string key) =>
        value >= low && value <= high
            ? null
            : ValidateOptionsResult.Fail($"MetaGrains:Warehouse:{key} must be {low} to {high}, not {value}.");
}
