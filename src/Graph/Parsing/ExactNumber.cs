using System.Globalization;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// Numbers of the Graph API: JSON's number grammar, inside a string or bare. A value is exact or refused, never
/// rounded, and has one form: no trailing zeros, no exponent, no minus before zero.
/// </summary>
internal static class ExactNumber
{
    /// <summary>Magnitudes from here on are refused: no metric has them, and sums of those below cannot overflow.</summary>
    private const decimal TooLarge = 1_000_000_000_000_000_000m;

    // Digits that fit a ulong for sure.
    private const int FastDigits = 18;
    private const int MaxExponent = 100;

    /// <summary>Reads the whole text.</summary>
    /// <param name="canonical">Whether the text is already the one form.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value, out bool canonical)
    {
        if (TryWhole(text, out var number))
        {
            value = number;
            return canonical = true;
        }

        var negative = text.Length > 0 && text[0] == (byte)'-';
        var digits = negative ? text[1..] : text;
        ulong mantissa = 0;
        var (index, scale) = (0, 0);
        while (index < digits.Length && IsDigit(digits[index]) && index <= FastDigits)
            mantissa = (mantissa * 10) + (uint)(digits[index++] - '0');

        var whole = index;
        if (whole == 0 || (whole > 1 && digits[0] == (byte)'0'))
            return Refuse(out value, out canonical);
        if (index < digits.Length && digits[index] == (byte)'.')
        {
            index++;
            if (index == digits.Length || !IsDigit(digits[index]))
                return Refuse(out value, out canonical);
            while (index < digits.Length && IsDigit(digits[index]) && index <= FastDigits)
            {
                mantissa = (mantissa * 10) + (uint)(digits[index++] - '0');
                scale++;
            }
        }

        if (index < digits.Length || whole + scale > FastDigits)
            return Slow(digits, negative, out value, out canonical);

        canonical = (scale == 0 || digits[index - 1] != (byte)'0') && !(negative && mantissa == 0);
        while (scale > 0 && mantissa % 10 == 0)
        {
            mantissa /= 10;
            scale--;
        }

        // Eighteen digits are always below the limit.
        value = new decimal((int)mantissa, (int)(mantissa >> 32), 0, negative && mantissa != 0, (byte)scale);
        return true;
    }

    /// <summary>Reads a count: a whole number from 0 on.</summary>
    public static bool TryParseCount(ReadOnlySpan<byte> text, out long count)
    {
        if (TryWhole(text, out var number))
        {
            count = (long)number;
            return true;
        }

        count = 0;
        if (!TryParse(text, out var value, out _) || value.Scale != 0 || decimal.IsNegative(value))
            return false;
        count = (long)value;
        return true;
    }

    /// <summary>Adds exactly.</summary>
    /// <returns>False when the sum needs more than 28 digits.</returns>
    public static bool TryAdd(decimal left, decimal right, out decimal sum)
    {
        // Most rows have no purchases or no leads; dividing is slow.
        if (left == 0 || right == 0)
        {
            sum = left == 0 ? right : left;
            return true;
        }

        sum = Normal(left + right);
        // A rounded sum cannot give back both of its parts.
        return sum - left == right && sum - right == left && sum < TooLarge && sum > -TooLarge;
    }

    /// <summary>Writes the one form; 32 bytes hold it.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(decimal value, Span<byte> target)
    {
        Normal(value).TryFormat(target, out var written, provider: CultureInfo.InvariantCulture);
        return written;
    }

    // Most numbers are counts: few digits and nothing else, in the one form.
    private static bool TryWhole(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        if (text.Length is 0 or > FastDigits || (text[0] == (byte)'0' && text.Length > 1))
            return false;
        foreach (var letter in text)
        {
            var digit = (uint)(letter - '0');
            if (digit > 9)
                return false;
            number = (number * 10) + digit;
        }

        return true;
    }

    // Trailing zeros of the fraction off: dividing by one with 28 decimals keeps the shortest scale.
    private static decimal Normal(decimal value) => value == 0 ? 0m : value / 1.0000000000000000000000000000m;

    private static bool Slow(ReadOnlySpan<byte> digits, bool negative, out decimal value, out bool canonical)
    {
        canonical = false;
        value = 0;
        UInt128 mantissa = 0;
        var (index, scale, fraction, zeros, any) = (0, 0, false, 0, false);
        for (; index < digits.Length; index++)
        {
            var digit = digits[index];
            if (digit == (byte)'.' && !fraction && any)
            {
                fraction = true;
                any = false;
                continue;
            }

            if (!IsDigit(digit))
                break;
            any = true;
            if (fraction)
                scale++;

            // Zeros are held back until a digit follows, so that a long tail of them costs no precision.
            if (digit == (byte)'0')
            {
                zeros++;
                continue;
            }

            if (!TryShift(ref mantissa, zeros + 1))
                return false;
            mantissa += (uint)(digit - '0');
            zeros = 0;
        }

        if (!any || !TryExponent(digits[index..], out var exponent))
            return false;
        if (mantissa == 0)
            return true;
        return TryMake(mantissa, scale - zeros - exponent, negative, out value);
    }

    private static bool TryMake(UInt128 mantissa, int scale, bool negative, out decimal value)
    {
        value = 0;
        if (scale < 0)
        {
            if (!TryShift(ref mantissa, -scale))
                return false;
            scale = 0;
        }

        if (scale > 28 || mantissa >> 96 != 0)
            return false;
        value = Normal(new decimal((int)(uint)mantissa, (int)(uint)(mantissa >> 32), (int)(uint)(mantissa >> 64), negative, (byte)scale));
        return value < TooLarge && value > -TooLarge;
    }

    private static bool TryShift(ref UInt128 mantissa, int places)
    {
        if (mantissa == 0)
            return true;
        for (; places > 0; places--)
        {
            mantissa *= 10;
            if (mantissa >> 100 != 0)
                return false;
        }

        return true;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty)
            return true;
        if (text[0] is not ((byte)'e' or (byte)'E'))
            return false;
        text = text[1..];
        var negative = text.Length > 0 && text[0] == (byte)'-';
        if (negative || (text.Length > 0 && text[0] == (byte)'+'))
            text = text[1..];
        if (text.IsEmpty)
            return false;
        foreach (var digit in text)
        {
            if (!IsDigit(digit) || exponent > MaxExponent)
                return false;
            exponent = (exponent * 10) + (digit - '0');
        }

        exponent = negative ? -exponent : exponent;
        return true;
    }

    private static bool Refuse(out decimal value, out bool canonical)
    {
        value = 0;
        canonical = false;
        return false;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
