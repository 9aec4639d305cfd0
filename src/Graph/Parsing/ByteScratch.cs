using System.Buffers;

namespace MetaGrains.Graph.Parsing;

/// <summary>A growing buffer that one parser writes to again and again; its array lives as long as the parser.</summary>
internal sealed class ByteScratch(int capacity)
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(control => (byte)control)]);

    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written since <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => Length = 0;

    /// <summary>Goes back to an earlier length.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Room for so many bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - Length < size)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + size));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Takes bytes that were written into <see cref="Room"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends text as a JSON string: quote, backslash and control characters escaped, all else as it is.</summary>
    public void AppendQuoted(ReadOnlySpan<byte> text)
    {
        Append((byte)'"');
        while (text.IndexOfAny(Escaped) is var place and >= 0)
        {
            Append(text[..place]);
            AppendEscape(text[place]);
            text = text[(place + 1)..];
        }

        Append(text);
        Append((byte)'"');
    }

    /// <summary>Appends text with a backslash before each of some characters.</summary>
    public void AppendMarked(ReadOnlySpan<byte> text, SearchValues<byte> marked)
    {
        while (text.IndexOfAny(marked) is var place and >= 0)
        {
            Append(text[..place]);
            Append((byte)'\\');
            Append(text[place]);
            text = text[(place + 1)..];
        }

        Append(text);
    }

    private void AppendEscape(byte value)
    {
        Append((byte)'\\');
        if (value is (byte)'"' or (byte)'\\')
        {
            Append(value);
            return;
        }

        Append("u00"u8);
        Append(Hex(value >> 4));
        Append(Hex(value & 0xF));
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
