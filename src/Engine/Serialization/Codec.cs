namespace MetaGrains.Engine.Serialization;

/// <summary>How many bytes a member takes on the wire, so that a reader that does not know it can step over it.</summary>
internal enum WireKind : byte
{
    Byte1 = 0,
    Byte2 = 1,
    Byte4 = 2,
    Byte8 = 3,
    Byte16 = 4,

    /// <summary>Four bytes of length, then so many bytes; length −1 is null.</summary>
    Block = 5,
}

/// <summary>Writes, reads and copies values of one type.</summary>
internal abstract class Codec
{
    public abstract WireKind Kind { get; }

    /// <summary>Nobody can change such a value, so a copy is the value itself.</summary>
    public virtual bool IsImmutable => false;

    public abstract void WriteObject(WireWriter writer, object? value);

    public abstract object? ReadObject(ref WireReader reader);

    public abstract object? CopyObject(object? value, int depth);

    public static void Skip(ref WireReader reader, WireKind kind)
    {
        if (kind == WireKind.Block)
            reader.Block(out _);
        else
            reader.Take(kind <= WireKind.Byte16 ? 1 << (int)kind : throw new Orleans.Serialization.SerializerException($"The data has a member of unknown kind {kind}."));
    }
}

/// <inheritdoc cref="Codec"/>
internal abstract class Codec<T> : Codec
{
    public abstract void Write(WireWriter writer, T value);

    public abstract T Read(ref WireReader reader);

    /// <summary>A deep copy. <paramref name="depth"/> counts levels, so that a cycle is refused.</summary>
    public abstract T Copy(T value, int depth);

    public sealed override void WriteObject(WireWriter writer, object? value) => Write(writer, (T)value!);

    public sealed override object? ReadObject(ref WireReader reader) => Read(ref reader);

    public sealed override object? CopyObject(object? value, int depth) => IsImmutable ? value : Copy((T)value!, depth);

    protected static int Deeper(int depth) => depth < WireWriter.MaxDepth
        ? depth + 1
        : throw new Orleans.Serialization.SerializerException($"A {typeof(T)} is nested deeper than {WireWriter.MaxDepth} levels, or refers to itself.");
}
