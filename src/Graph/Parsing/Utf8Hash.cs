using System.Runtime.InteropServices;

namespace MetaGrains.Graph.Parsing;

/// <summary>A hash of short UTF-8 texts, eight bytes at a time. Not for hostile keys: tables that use it are bounded.</summary>
internal static class Utf8Hash
{
    private const ulong Factor = 0x9E3779B97F4A7C15;

    public static uint Of(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length;
        if (text.Length < sizeof(ulong))
            return (uint)(Mix(hash ^ Short(text)) >> 32);
        for (var rest = text; rest.Length > sizeof(ulong); rest = rest[sizeof(ulong)..])
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(rest));

        // The last eight bytes, which may overlap those before.
        hash = Mix(hash ^ MemoryMarshal.Read<ulong>(text[^sizeof(ulong)..]));
        return (uint)(hash >> 32);
    }

    private static ulong Short(ReadOnlySpan<byte> text)
    {
        if (text.Length >= sizeof(uint))
            return MemoryMarshal.Read<uint>(text) | ((ulong)MemoryMarshal.Read<uint>(text[^sizeof(uint)..]) << 32);
        ulong value = 0;
        foreach (var letter in text)
            value = (value << 8) | letter;
        return value;
    }

    private static ulong Mix(ulong value)
    {
        value *= Factor;
        return value ^ (value >> 29);
    }
}
