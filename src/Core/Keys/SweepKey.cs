using System.Globalization;
using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Keys;

/// <summary>
/// One of the <see cref="Count"/> sweeps that wake accounts which are overdue. Key format: <c>sweep/{nn}</c>, 00 to 63.
/// </summary>
public readonly record struct SweepKey
{
    /// <summary>Number of sweeps; constant for the life of a cluster (design section 4).</summary>
    public const int Count = 64;

    private const string Word = "sweep/";

    /// <summary>Makes a key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not 0 to 63.</exception>
    public SweepKey(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        Number = number;
    }

    /// <summary>0 to 63.</summary>
    public int Number { get; }

    /// <summary>All sweeps, in order.</summary>
    public static IReadOnlyList<SweepKey> All { get; } = [.. Enumerable.Range(0, Count).Select(number => new SweepKey(number))];

    /// <summary>The sweep that an account belongs to, for ever.</summary>
    public static SweepKey Of(AdAccountKey account) => new(StableHash.Bucket(StableHash.Of(Word + account), Count));

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out SweepKey key)
    {
        key = default;
        if (!KeyText.TryNumber(text, Word, out var number) || number >= Count)
            return false;
        var read = new SweepKey((int)number);
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static SweepKey Parse(string text) => TryParse(text, out var key) ? key : throw KeyText.Refused(text, "sweep/00 to sweep/63");

    /// <summary>The grain key.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Word}{Number:00}");
}
