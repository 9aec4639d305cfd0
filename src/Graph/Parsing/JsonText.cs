using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// A text as it stands in JSON, quoted and with the colon of a key. One vector is enough to recognise or to copy most
/// of them, so the bytes are filled up to one.
/// </summary>
internal readonly struct JsonText
{
    /// <summary>Room behind texts that are written with <see cref="CopyKey"/>: whole vectors are written.</summary>
    public const int Slack = 32;

    private readonly byte[] _filled;

    public JsonText(ReadOnlySpan<byte> text, ByteScratch scratch)
    {
        scratch.Clear();
        scratch.AppendQuoted(text);
        scratch.Append((byte)':');
        KeyLength = scratch.Length;
        IsEscaped = KeyLength != text.Length + 3;
        _filled = new byte[Math.Max(KeyLength, Vector256<byte>.Count)];
        scratch.Written.CopyTo(_filled);
    }

    /// <summary>Length with both quotes and the colon.</summary>
    public int KeyLength { get; }

    /// <summary>Whether it has escapes.</summary>
    public bool IsEscaped { get; }

    /// <summary>Whether it stands there as a key: with its colon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsKeyAt(ReadOnlySpan<byte> body, int at) => IsAt(body, at, KeyLength);

    /// <summary>Whether it stands there as a string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsStringAt(ReadOnlySpan<byte> body, int at) => IsAt(body, at, KeyLength - 1);

    /// <summary>Writes the key.</summary>
    /// <returns>The place behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CopyKey(Span<byte> room, int at)
    {
        if (Vector256.IsHardwareAccelerated && KeyLength <= Vector256<byte>.Count && room.Length - at >= Vector256<byte>.Count)
            Vector256.Create(_filled).CopyTo(room[at..]);
        else
            _filled.AsSpan(0, KeyLength).CopyTo(room[at..]);
        return at + KeyLength;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAt(ReadOnlySpan<byte> body, int at, int length)
    {
        if (!Vector256.IsHardwareAccelerated || length > Vector256<byte>.Count || body.Length - at < Vector256<byte>.Count)
            return body[at..].StartsWith(_filled.AsSpan(0, length));
        var same = Vector256.Equals(Vector256.Create(body[at..]), Vector256.Create(_filled)).ExtractMostSignificantBits();
        return (~same & (uint.MaxValue >> (Vector256<byte>.Count - length))) == 0;
    }
}
