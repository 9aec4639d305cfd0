using System.Text.Json;

namespace MetaGrains.Graph.Usage;

/// <summary>
/// Reads the usage headers. Total: a header that is missing, garbled or of a shape never seen gives "unknown" and
/// never an exception, because an answer is worth more than what its headers say.
/// </summary>
internal static class UsageHeaders
{
    internal static readonly string[] Names =
    [
        "X-App-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage", "X-Business-Use-Case",
        "X-FB-Ads-Insights-Throttle", "X-Fb-Ads-Insights-Reach-Throttle",
    ];

    // A block is minutes to hours; a longer one is a garbled number.
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(1);

    /// <summary>Reads them through a look-up that ignores case and answers null for an absent header.</summary>
    public static UsageObservation Parse(Func<string, string?> header)
    {
        var app = Read(header(Names[0]), AppOf);
        var account = Read(header(Names[1]), AdAccountOf);
        var business = Read(header(Names[2]) ?? header(Names[3]), BusinessOf);
        var insights = Read(header(Names[4]), InsightsOf);
        var reach = Read(header(Names[5]), root => LargestPercent(root) is { } percent ? new Boxed(percent) : null);
        if (app is null && account is null && business is null && insights is null && reach is null)
            return UsageObservation.Unknown;

        return new UsageObservation
        {
            App = app,
            AdAccount = account,
            Business = business is null ? [] : [.. business],
            Insights = insights,
            ReachPercent = reach?.Value,
        };
    }

    private static T? Read<T>(string? text, Func<JsonElement, T?> of)
        where T : class
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? of(document.RootElement) : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            // ArgumentException and InvalidOperationException: lone surrogates, which are valid JSON syntax.
            return null;
        }
    }

    private static AppUsage? AppOf(JsonElement root)
    {
        var (calls, time, cpu) = (Number(root, "call_count"), Number(root, "total_time"), Number(root, "total_cputime"));
        return calls is null && time is null && cpu is null ? null : new AppUsage(calls ?? 0, time ?? 0, cpu ?? 0);
    }

    private static AdAccountUsage? AdAccountOf(JsonElement root) =>
        Number(root, "acc_id_util_pct") is { } percent
            ? new AdAccountUsage(percent, Time(root, "reset_time_duration", TimeSpan.FromSeconds(1)), Text(root, "ads_api_access_tier"))
            : null;

    private static List<BusinessUsage>? BusinessOf(JsonElement root)
    {
        List<BusinessUsage>? entries = null;
        foreach (var owner in root.EnumerateObject())
        {
            if (owner.Value.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var entry in owner.Value.EnumerateArray())
            {
                if (entry.ValueKind != JsonValueKind.Object)
                    continue;
                (entries ??= []).Add(new BusinessUsage(
                    owner.Name,
                    Text(entry, "type") ?? "",
                    Number(entry, "call_count") ?? 0,
                    Number(entry, "total_cputime") ?? 0,
                    Number(entry, "total_time") ?? 0,
                    Time(entry, "estimated_time_to_regain_access", TimeSpan.FromMinutes(1)) ?? TimeSpan.Zero,
                    Text(entry, "ads_api_access_tier")));
            }
        }

        return entries;
    }

    private static InsightsThrottle? InsightsOf(JsonElement root)
    {
        var (app, account) = (Number(root, "app_id_util_pct"), Number(root, "acc_id_util_pct"));
        return app is null && account is null ? null : new InsightsThrottle(app ?? 0, account ?? 0, Text(root, "ads_api_access_tier"));
    }

    private static double? LargestPercent(JsonElement root) =>
        root.EnumerateObject()
            .Where(property => property.Name.EndsWith("_pct", StringComparison.Ordinal))
            .Select(property => Number(property.Value))
            .Max();

    private static double? Number(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) ? Number(value) : null;

    private static double? Number(JsonElement value)
    {
        var known = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out var number) ? number : (double?)null,
            JsonValueKind.String => double.TryParse(value.GetString(), System.Globalization.NumberStyles.Float, null, out var number) ? number : null,
            _ => null,
        };
        return known is { } finite && double.IsFinite(finite) && finite >= 0 ? finite : null;
    }

    private static TimeSpan? Time(JsonElement owner, string name, TimeSpan unit) =>
        Number(owner, name) is { } count ? unit * Math.Min(count, LongestBlock / unit) : null;

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Boxed(double Value);
}
