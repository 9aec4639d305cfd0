namespace MetaGrains.Graph.Parsing;

/// <summary>A growing buffer that one parser writes to again and again; its array lives as long as the parser.</summary>
internal sealed class ByteScratch(int capacity)
{
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
        foreach (var value in text)
        {
            if (value is (byte)'"' or (byte)'\\')
            {
                Append((byte)'\\');
                Append(value);
            }
            else if (value < 0x20)
            {
                Append("\\u00"u8);
                Append(Hex(value >> 4));
                Append(Hex(value & 0xF));
            }
            else
            {
                Append(value);
            }
        }

        Append((byte)'"');
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
