using System.Globalization;
using MetaGrains.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Silo.Settings;

/// <summary>Reads values by the names that operators know, and refuses a bad one by its name. An empty value is none.</summary>
internal sealed class EnvironmentReader(IConfiguration configuration)
{
    public string? Text(string name) => configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    public bool Flag(string name, bool otherwise) => Text(name)?.ToUpperInvariant() switch
    {
        null => otherwise,
        "1" or "TRUE" or "YES" or "ON" => true,
        "0" or "FALSE" or "NO" or "OFF" => false,
        _ => throw StartRefusedException.BadInput($"{name} must be true or false (or 1 or 0), not '{Text(name)}'."),
    };

    public int Number(string name, int otherwise, int low, int high)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw StartRefusedException.BadInput($"{name} must be a number from {low} to {high}, not '{text}'.");
    }

    public LogLevel Level(string name) => Text(name)?.ToUpperInvariant() switch
    {
        null or "INFO" or "INFORMATION" => LogLevel.Information,
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "CRITICAL" or "FATAL" => LogLevel.Critical,
        "NONE" => LogLevel.None,
        _ => throw StartRefusedException.BadInput($"{name} must be trace, debug, info, warning, error, critical or none, not '{Text(name)}'."),
    };

    public Uri? Address(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw StartRefusedException.BadInput($"{name} must be an absolute address, such as https://graph.facebook.com/.");
    }
}
