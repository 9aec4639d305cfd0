using System.Globalization;
using System.Text;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>
/// Cursors as recorded from Meta: base64 of a decimal number (a row's place for insights, an object's id for
/// entities) with each <c>=</c> written as <c>ZD</c>. <c>MjQZD</c> is 24.
/// </summary>
internal static class Cursors
{
    public static string Write(long number) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))).Replace("=", "ZD", StringComparison.Ordinal);

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
            && long.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
