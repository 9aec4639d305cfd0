using System.Globalization;

namespace MetaGrains.Core.Accounts;

/// <summary>
/// A Meta ad account. The node id is <c>act_123</c> while the field <c>account_id</c> is the bare <c>123</c>
/// (Ad Account reference); both are read, and the node id is what is stored and shown.
/// </summary>
public readonly record struct AdAccountId
{
    private const string Prefix = "act_";

    private AdAccountId(long number) => Number = number;

    /// <summary>The bare number. Meta's ids exceed 2^53, so it never becomes a JSON number.</summary>
    public long Number { get; }

    /// <summary>Reads <c>act_123</c> or <c>123</c>.</summary>
    public static bool TryParse(string? text, out AdAccountId id)
    {
        var digits = text.AsSpan();
        if (digits.StartsWith(Prefix, StringComparison.Ordinal))
            digits = digits[Prefix.Length..];
        // Each character is looked at, since long.TryParse lets a text end in NUL characters.
        var parsed = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && !digits.ContainsAnyExceptInRange('0', '9');
        id = parsed ? new AdAccountId(number) : default;
        return parsed;
    }

    /// <summary>Reads <c>act_123</c> or <c>123</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static AdAccountId Parse(string text) =>
        TryParse(text, out var id)
            ? id
            : throw new FormatException($"'{text}' is not an ad account id: expected act_ followed by digits, or the digits alone.");

    /// <summary>The node id, <c>act_123</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Number}");
}
