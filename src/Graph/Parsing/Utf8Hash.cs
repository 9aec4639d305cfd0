using System.Runtime.InteropServices;

namespace MetaGrains.Graph.Parsing;

/// <summary>A hash of short UTF-8 texts, eight bytes at a time. Not for hostile keys: tables that use it are bounded.</summary>
internal static class Utf8Hash
{
    private const ulong Factor = 0x9E3779B97F4A7C15;

    public static uint Of(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length;
        var rest = text;
        while (rest.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(rest));
            rest = rest[sizeof(ulong)..];
        }

        if (!rest.IsEmpty)
        {
            ulong last = 0;
            foreach (var value in rest)
                last = (last << 8) | value;
            hash = Mix(hash ^ last);
        }

        return (uint)(hash >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= Factor;
        return value ^ (value >> 29);
    }
}
