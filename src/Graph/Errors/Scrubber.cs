using System.Text.RegularExpressions;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Errors;

/// <summary>
/// Takes secrets out of what Meta echoes, before it reaches a message or a log: this call's token, app secret and
/// other secrets wherever they stand, and anything that looks like a token, a proof or a secret in a query or in JSON.
/// </summary>
internal sealed partial class Scrubber(AccessToken? token, params string?[]? secrets)
{
    // Shorter ones are no secrets, and masking them would garble the text.
    private const int ShortestSecret = 4;

    private const int MaxLength = 1000;
    private const string Mask = "***";

    private readonly string[] _secrets =
        [.. (secrets ?? []).Append(token?.Reveal()).OfType<string>().Where(secret => secret.Length >= ShortestSecret).OrderByDescending(secret => secret.Length)];

    /// <summary>The text without secrets, cut at 1,000 characters.</summary>
    public string? Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return text;
        var clean = text;
        foreach (var secret in _secrets)
            clean = clean.Replace(secret, Mask, StringComparison.Ordinal).Replace(Uri.EscapeDataString(secret), Mask, StringComparison.Ordinal);
        clean = Named().Replace(clean, "${name}" + Mask);
        clean = Token().Replace(clean, Mask);
        return clean.Length <= MaxLength ? clean : string.Concat(clean.AsSpan(0, MaxLength), "…");
    }

    [GeneratedRegex(
        @"(?<name>(?:access_token|appsecret_proof|client_secret|fb_exchange_token|input_token)(?:""?\s*[=:]\s*""?|%3D|%22%3A%22))[^&\s""'<>,;)]+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    // User, page and system-user tokens begin with EAA.
    [GeneratedRegex(@"\bEAA[A-Za-z0-9]{16,}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
