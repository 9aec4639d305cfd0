using System.Buffers.Text;

namespace MetaGrains.GraphSimulator.World;

/// <summary>A currency and how Meta writes its amounts: major units, no trailing zeros.</summary>
/// <param name="Code">ISO 4217.</param>
/// <param name="Decimals">0 or 2: the digits of its minor unit on Meta's currencies page.</param>
internal sealed record Currency(string Code, int Decimals)
{
    private static readonly HashSet<string> WithoutMinorUnit =
        new(["CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"], StringComparer.Ordinal);

    /// <summary>Minor units in one major unit.</summary>
    public int MinorPerMajor => Decimals == 0 ? 1 : 100;

    /// <summary>The currency of a code, or null when it is none.</summary>
    public static Currency? Find(string code) =>
        code.Length == 3 && code.All(char.IsAsciiLetterUpper)
            ? new Currency(code, WithoutMinorUnit.Contains(code) ? 0 : 2)
            : null;

    /// <summary>Minor units as an exact major amount.</summary>
    public decimal Major(long minor) => (decimal)minor / MinorPerMajor;

    /// <summary>A major amount as minor units.</summary>
    /// <returns>False when it has more decimals than the currency, or is beyond what an account can spend.</returns>
    public bool TryMinor(decimal major, out long minor)
    {
        minor = 0;
        if (Math.Abs(major) > 1_000_000_000_000m)
            return false;
        var exact = major * MinorPerMajor;
        if (exact != decimal.Truncate(exact))
            return false;
        minor = (long)exact;
        return true;
    }

    /// <summary>Writes a non-negative amount: <c>5339.5</c>, <c>14.35</c>, <c>0</c>.</summary>
    /// <returns>Bytes written.</returns>
    public int Format(long minor, Span<byte> target)
    {
        var (whole, rest) = Math.DivRem(minor, MinorPerMajor);
        Utf8Formatter.TryFormat(whole, target, out var length);
        if (rest == 0)
            return length;
        target[length++] = (byte)'.';
        target[length++] = (byte)('0' + (rest / 10));
        if (rest % 10 != 0)
            target[length++] = (byte)('0' + (rest % 10));
        return length;
    }
}
