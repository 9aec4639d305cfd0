using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.State;

/// <summary>The key columns of a row of <c>OrleansStorage</c>, computed as Orleans does. Neither the grain's type nor the storage's name is in it.</summary>
internal sealed record StorageKey(int IdHash, long N0, long N1, int TypeHash, string Type, string? Extension)
{
    private const int GuidDigits = 32;
    private const int LongDigits = 16;

    public static StorageKey Of(string stateName, GrainId grain)
    {
        var key = grain.Key.ToString();
        var plus = key.IndexOf('+', StringComparison.Ordinal);
        var (number, extension) = plus < 0 ? (key, null) : (key[..plus], key[(plus + 1)..]);
        var type = (int)StableHash.Compute(stateName);
        if (number.Length == GuidDigits && Guid.TryParseExact(number, "N", out var guid))
        {
            var bytes = guid.ToByteArray();
            return new StorageKey(Hash(bytes, extension), BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)), type, stateName, extension);
        }

        var digits = number.TrimStart('0');
        if (number.Length > 0 && digits.Length <= LongDigits && number.All(char.IsAsciiHexDigit))
        {
            var value = digits.Length == 0 ? 0 : unchecked((long)ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            return new StorageKey(Hash(bytes, extension), 0, value, type, stateName, extension);
        }

        return new StorageKey(Hash([], key), 0, 0, type, stateName, key);
    }

    private static int Hash(byte[] number, string? text)
    {
        byte[] all = [.. number, .. Encoding.UTF8.GetBytes(text ?? "")];
        Array.Reverse(all);
        return (int)StableHash.Compute(all);
    }
}
