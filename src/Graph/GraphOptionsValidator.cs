using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph;

/// <summary>Refuses options that could not work, naming the key and the rule.</summary>
public sealed partial class GraphOptionsValidator : IValidateOptions<GraphOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, GraphOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(GraphOptions options)
    {
        if (AddressRule(options.BaseAddress) is { } rule)
            yield return Must(nameof(options.BaseAddress), rule);
        if (AddressRule(options.DialogAddress) is { } dialogRule)
            yield return Must(nameof(options.DialogAddress), dialogRule);
        if (!Version().IsMatch(options.ApiVersion ?? ""))
            yield return Must(nameof(options.ApiVersion), "look like v25.0.");
        if (options.PageLimit is < 1 or > 100_000)
            yield return Must(nameof(options.PageLimit), "be 1 to 100000 rows.");
        if (options.AccountsPageLimit is < 1 or > 5_000)
            yield return Must(nameof(options.AccountsPageLimit), "be 1 to 5000 accounts.");
        if (options.EntitiesPageLimit is < 1 or > 5_000)
            yield return Must(nameof(options.EntitiesPageLimit), "be 1 to 5000 objects.");
        if (options.MaxRetries is < 0 or > 10)
            yield return Must(nameof(options.MaxRetries), "be 0 to 10.");
        if (options.RetryBaseDelay <= TimeSpan.Zero || options.RetryBaseDelay > TimeSpan.FromMinutes(1))
            yield return Must(nameof(options.RetryBaseDelay), "be more than zero and at most one minute.");
        if (options.AttemptTimeout < TimeSpan.FromSeconds(1) || options.AttemptTimeout > TimeSpan.FromHours(1))
            yield return Must(nameof(options.AttemptTimeout), "be one second to one hour.");
        if (options.TotalTimeout < options.AttemptTimeout || options.TotalTimeout > TimeSpan.FromHours(24))
            yield return Must(nameof(options.TotalTimeout), $"be at least {nameof(options.AttemptTimeout)} and at most a day.");
        if (options.BreakerMinimumCalls is < 2 or > 10_000)
            yield return Must(nameof(options.BreakerMinimumCalls), "be 2 to 10000.");
        if (options.BreakDuration < TimeSpan.FromSeconds(1) || options.BreakDuration > TimeSpan.FromHours(1))
            yield return Must(nameof(options.BreakDuration), "be one second to one hour.");
        if (options.MaxResponseBytes is < 1024 or > 1024L * 1024 * 1024)
            yield return Must(nameof(options.MaxResponseBytes), "be 1024 bytes to 1 GiB.");
        if (options.MaxPages < 1)
            yield return Must(nameof(options.MaxPages), "be at least 1.");
        if (options.AppId is { } app && (app.Length == 0 || !app.All(char.IsAsciiDigit)))
            yield return Must(nameof(options.AppId), "be left out or be digits.");
        if (options.AppSecret is not null && string.IsNullOrWhiteSpace(options.AppSecret))
            yield return Must(nameof(options.AppSecret), "be left out or not be blank.");
    }

    // A token must not cross the internet in clear; a simulator next door has no certificate.
    private static string? AddressRule(Uri? address) => address switch
    {
        null or { IsAbsoluteUri: false } => "be an absolute address, such as https://graph.facebook.com/.",
        { Scheme: not ("http" or "https") } => "begin with https:// or http://.",
        { UserInfo.Length: > 0 } or { Query.Length: > 0 } or { Fragment.Length: > 0 } => "have neither user, query nor fragment.",
        { Scheme: "http" } when address.Host.EndsWith("facebook.com", StringComparison.OrdinalIgnoreCase) => "begin with https:// for Meta's own hosts.",
        _ => null,
    };

    private static string Must(string key, string rule) => $"{GraphOptions.Section}:{key} must {rule}";

    [GeneratedRegex(@"^v[1-9][0-9]{0,2}\.[0-9]\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
