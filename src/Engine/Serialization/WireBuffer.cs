using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>Grows as it is written. Blocks (length first) are patched when they end.</summary>
internal sealed class WireWriter : IDisposable
{
    /// <summary>How deep values may be nested; more is refused on both sides instead of overflowing the stack.</summary>
    public const int MaxDepth = 64;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(256);
    private int _length;
    private int _depth;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Bytes already written, to be changed.</summary>
    public Span<byte> Patch(int start, int count) => _buffer.AsSpan(start, count);

    public Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
            Grow(count);
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Seven bits a byte, low ones first.</summary>
    public void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Null() => Int32(-1);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Begins a block; the answer goes to <see cref="End"/>.</summary>
    public int Begin()
    {
        if (++_depth > MaxDepth)
            throw new SerializerException($"A value is nested deeper than {MaxDepth} levels, or refers to itself.");
        Int32(0);
        return _length;
    }

    public void End(int start)
    {
        _depth--;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start - 4), _length - start);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_buffer.Length * 2, _length + count)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>Reads what <see cref="WireWriter"/> wrote. Whatever the bytes are, only <see cref="SerializerException"/> is thrown.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> data, int depth = 0)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = data;

    public readonly int Remaining => _rest.Length;

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new SerializerException($"The data ends early: {count} bytes are wanted and {_rest.Length} are left.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public uint Varint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Byte();
            value |= (part & 0x7Fu) << shift;
            if (part < 0x80)
                return value;
        }

        throw new SerializerException("The data has a number of more than five bytes.");
    }

    /// <summary>True, and a reader of the block; false if it is null.</summary>
    public bool Block(out WireReader block)
    {
        var length = Int32();
        block = default;
        if (length == -1)
            return false;
        if (depth >= WireWriter.MaxDepth)
            throw new SerializerException($"The data is nested deeper than {WireWriter.MaxDepth} levels.");
        block = new WireReader(Take(length), depth + 1);
        return true;
    }

    /// <summary>A count of values that follow, each at least one byte long, so that a lie cannot make a huge array.</summary>
    public int Count()
    {
        var count = Int32();
        return (uint)count <= (uint)_rest.Length ? count : throw new SerializerException($"The data announces {count} values and has {_rest.Length} bytes.");
    }

    public string? Text()
    {
        var length = Int32();
        return length == -1 ? null : Decode(Take(length));
    }

    public string RequiredText() => Text() ?? throw new SerializerException("The data has a null where a text must be.");

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (ArgumentException exception)
        {
            throw new SerializerException("The data has a text that is not UTF-8.", exception);
        }
    }
}
