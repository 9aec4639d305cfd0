using System.Globalization;
using System.Text;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>
/// Cursors as recorded from Meta: base64 of a decimal number (a row's place for insights, an object's id for
/// entities) with each <c>=</c> written as <c>ZD</c>. <c>MjQZD</c> is 24.
/// </summary>
internal static class Cursors
{
    private const long BeforeTheFirst = -1;

    public static string Write(long number) => Encode(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Another cursor of the place that <paramref name="after"/> stands for, the very beginning included.</summary>
    public static string Renew(string? after) =>
        after is null || !TryRead(after, out var number) ? Write(BeforeTheFirst)
        : number < 0 ? Encode($"-0{-number}")
        : Encode($"0{Decode(after)}");

    public static bool TryRead(string cursor, out long number)
    {
        number = 0;
        // A mark is one character longer than the sign it stands for, so the length tells how many there are.
        var padding = cursor.Length % 4;
        if (padding == 3 || cursor.Length > 40)
            return false;
        for (var mark = 0; mark < padding; mark++)
        {
            if (!cursor.EndsWith("ZD", StringComparison.Ordinal))
                return false;
            cursor = cursor[..^2];
        }

        Span<byte> bytes = stackalloc byte[32];
        return Convert.TryFromBase64String(cursor + new string('=', padding), bytes, out var length)
            && long.TryParse(bytes[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            && number >= BeforeTheFirst;
    }

    private static string Decode(string cursor) =>
        Encoding.ASCII.GetString(Convert.FromBase64String(cursor.Replace("ZD", "=", StringComparison.Ordinal)));

    private static string Encode(string text) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(text)).Replace("=", "ZD", StringComparison.Ordinal);
}
