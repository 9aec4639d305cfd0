using System.Globalization;

namespace MetaGrains.Core.Keys;

/// <summary>What all keys share: a word that is no number in any base, then ids in one spelling.</summary>
internal static class KeyText
{
    /// <summary>Reads <c>word/uuid</c>; the caller compares the spelling.</summary>
    public static bool TryUuid(string? text, string word, out Guid id)
    {
        id = default;
        return text is not null && text.StartsWith(word, StringComparison.Ordinal)
            && Guid.TryParseExact(text.AsSpan(word.Length), "D", out id);
    }

    /// <summary>Reads <c>word/number</c>; the caller compares the spelling.</summary>
    public static bool TryNumber(string? text, string word, out long number)
    {
        number = 0;
        return text is not null && text.StartsWith(word, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(word.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Says what was expected.</summary>
    public static FormatException Refused(string? text, string expected) =>
        new($"'{text}' is not a grain key of this kind: expected {expected}.");
}
