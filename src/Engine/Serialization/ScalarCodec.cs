using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>The primitives of the BCL that may cross a call, and values of unknown primitive type (request context).</summary>
internal static class ScalarCodec
{
    // The order is on the wire: append only.
    private static readonly Codec[] All =
    [
        new ScalarCodec<bool>(WireKind.Byte1, (to, value) => to[0] = value ? (byte)1 : (byte)0, from => from[0] != 0),
        new ScalarCodec<byte>(WireKind.Byte1, (to, value) => to[0] = value, from => from[0]),
        new ScalarCodec<sbyte>(WireKind.Byte1, (to, value) => to[0] = (byte)value, from => (sbyte)from[0]),
        new ScalarCodec<short>(WireKind.Byte2, BinaryPrimitives.WriteInt16LittleEndian, BinaryPrimitives.ReadInt16LittleEndian),
        new ScalarCodec<ushort>(WireKind.Byte2, BinaryPrimitives.WriteUInt16LittleEndian, BinaryPrimitives.ReadUInt16LittleEndian),
        new ScalarCodec<char>(WireKind.Byte2, (to, value) => BinaryPrimitives.WriteUInt16LittleEndian(to, value), from => (char)BinaryPrimitives.ReadUInt16LittleEndian(from)),
        new ScalarCodec<int>(WireKind.Byte4, BinaryPrimitives.WriteInt32LittleEndian, BinaryPrimitives.ReadInt32LittleEndian),
        new ScalarCodec<uint>(WireKind.Byte4, BinaryPrimitives.WriteUInt32LittleEndian, BinaryPrimitives.ReadUInt32LittleEndian),
        new ScalarCodec<long>(WireKind.Byte8, BinaryPrimitives.WriteInt64LittleEndian, BinaryPrimitives.ReadInt64LittleEndian),
        new ScalarCodec<ulong>(WireKind.Byte8, BinaryPrimitives.WriteUInt64LittleEndian, BinaryPrimitives.ReadUInt64LittleEndian),
        new ScalarCodec<float>(WireKind.Byte4, BinaryPrimitives.WriteSingleLittleEndian, BinaryPrimitives.ReadSingleLittleEndian),
        new ScalarCodec<double>(WireKind.Byte8, BinaryPrimitives.WriteDoubleLittleEndian, BinaryPrimitives.ReadDoubleLittleEndian),
        new ScalarCodec<decimal>(WireKind.Byte16, WriteDecimal, ReadDecimal),
        new ScalarCodec<Guid>(WireKind.Byte16, (to, value) => value.TryWriteBytes(to), from => new Guid(from)),
        new ScalarCodec<DateTime>(WireKind.Byte8, (to, value) => BinaryPrimitives.WriteInt64LittleEndian(to, value.ToBinary()), from => DateTime.FromBinary(BinaryPrimitives.ReadInt64LittleEndian(from))),
        new ScalarCodec<DateTimeOffset>(WireKind.Byte16, WriteOffset, from =>
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(from), new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(from[8..])))),
        new ScalarCodec<DateOnly>(WireKind.Byte4, (to, value) => BinaryPrimitives.WriteInt32LittleEndian(to, value.DayNumber), from => DateOnly.FromDayNumber(BinaryPrimitives.ReadInt32LittleEndian(from))),
        new ScalarCodec<TimeOnly>(WireKind.Byte8, (to, value) => BinaryPrimitives.WriteInt64LittleEndian(to, value.Ticks), from => new TimeOnly(BinaryPrimitives.ReadInt64LittleEndian(from))),
        new ScalarCodec<TimeSpan>(WireKind.Byte8, (to, value) => BinaryPrimitives.WriteInt64LittleEndian(to, value.Ticks), from => new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(from))),
        new TextCodec(),
    ];

    private static readonly Dictionary<Type, byte> Numbers = All.Select((codec, number) => (codec, number))
        .ToDictionary(pair => pair.codec.GetType().BaseType!.GenericTypeArguments[0], pair => (byte)pair.number);

    public static Codec? Find(Type type) => Numbers.TryGetValue(type, out var number) ? All[number] : null;

    /// <summary>Refuses a request context value that is no primitive.</summary>
    public static void Check(string key, object? value)
    {
        if (value is null || !Numbers.ContainsKey(value.GetType()))
            throw new CodecNotFoundException($"The request context value '{key}' is {(value is null ? "null" : $"a {value.GetType()}")}; it must be a primitive or a string.");
    }

    public static void WriteAny(WireWriter writer, object value)
    {
        var number = Numbers[value.GetType()];
        writer.Byte(number);
        All[number].WriteObject(writer, value);
    }

    public static object ReadAny(ref WireReader reader)
    {
        var number = reader.Byte();
        return number < All.Length ? All[number].ReadObject(ref reader) ?? "" : throw new SerializerException($"The data has a value of unknown primitive {number}.");
    }

    private static void WriteDecimal(Span<byte> to, decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        for (var i = 0; i < 4; i++)
            BinaryPrimitives.WriteInt32LittleEndian(to[(i * 4)..], bits[i]);
    }

    private static decimal ReadDecimal(ReadOnlySpan<byte> from)
    {
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < 4; i++)
            bits[i] = BinaryPrimitives.ReadInt32LittleEndian(from[(i * 4)..]);
        return new decimal(bits);
    }

    private static void WriteOffset(Span<byte> to, DateTimeOffset value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, value.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], value.Offset.Ticks);
    }
}

/// <summary>A value of fixed size.</summary>
internal sealed class ScalarCodec<T>(WireKind kind, ScalarCodec<T>.Writing write, ScalarCodec<T>.Reading read) : Codec<T>
    where T : struct
{
    public delegate void Writing(Span<byte> to, T value);

    public delegate T Reading(ReadOnlySpan<byte> from);

    public override WireKind Kind => kind;

    public override bool IsImmutable => true;

    public override void Write(WireWriter writer, T value) => write(writer.Take(1 << (int)kind), value);

    public override T Read(ref WireReader reader)
    {
        try
        {
            return read(reader.Take(1 << (int)kind));
        }
        catch (ArgumentException exception)
        {
            throw new SerializerException($"The data has no valid {typeof(T).Name}.", exception);
        }
    }

    public override T Copy(T value, int depth) => value;
}

internal sealed class TextCodec : Codec<string?>
{
    public override WireKind Kind => WireKind.Block;

    public override bool IsImmutable => true;

    public override void Write(WireWriter writer, string? value) => writer.Text(value);

    public override string? Read(ref WireReader reader) => reader.Text();

    public override string? Copy(string? value, int depth) => value;
}

/// <summary>An enum, written as its number; numbers without a name pass.</summary>
internal sealed class EnumCodec<T, TNumber>(Codec<TNumber> number) : Codec<T>
    where T : struct, Enum
    where TNumber : struct
{
    public override WireKind Kind => number.Kind;

    public override bool IsImmutable => true;

    public override void Write(WireWriter writer, T value) => number.Write(writer, Unsafe.BitCast<T, TNumber>(value));

    public override T Read(ref WireReader reader) => Unsafe.BitCast<TNumber, T>(number.Read(ref reader));

    public override T Copy(T value, int depth) => value;
}

internal sealed class NullableCodec<T>(Codec<T> inner) : Codec<T?>
    where T : struct
{
    public override WireKind Kind => WireKind.Block;

    public override bool IsImmutable => inner.IsImmutable;

    public override void Write(WireWriter writer, T? value)
    {
        if (value is not { } present)
        {
            writer.Null();
            return;
        }

        var start = writer.Begin();
        inner.Write(writer, present);
        writer.End(start);
    }

    public override T? Read(ref WireReader reader) => reader.Block(out var block) ? inner.Read(ref block) : null;

    public override T? Copy(T? value, int depth) => value is { } present ? inner.Copy(present, depth) : null;
}
