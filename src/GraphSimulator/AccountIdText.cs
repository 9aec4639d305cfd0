using System.Globalization;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator;

/// <summary>Account ids as people give them: <c>act_123</c> or <c>123</c>.</summary>
internal static class AccountIdText
{
    /// <summary>The bare digits.</summary>
    /// <exception cref="ArgumentException">The text is no account id.</exception>
    public static string Bare(string text) => Number(text).ToString(CultureInfo.InvariantCulture);

    /// <summary>The number.</summary>
    /// <exception cref="ArgumentException">The text is no account id.</exception>
    public static long Number(string text) =>
        IdSpace.TryParse(text.StartsWith("act_", StringComparison.Ordinal) ? text.AsSpan(4) : text, out var number)
            ? number
            : throw new ArgumentException($"'{text}' is not an ad account id such as act_123.", nameof(text));
}
