using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>A sequence: a block of a count and so many values.</summary>
internal abstract class SequenceCodec<TSequence, T>(Codec<T> item) : Codec<TSequence>
{
    protected Codec<T> Item => item;

    public override WireKind Kind => WireKind.Block;

    protected abstract bool IsNull(TSequence value);

    protected abstract ReadOnlySpan<T> Span(TSequence value);

    protected abstract TSequence Make(T[] items);

    public override void Write(WireWriter writer, TSequence value)
    {
        if (IsNull(value))
        {
            writer.Null();
            return;
        }

        var start = writer.Begin();
        var items = Span(value);
        writer.Int32(items.Length);
        foreach (var one in items)
            item.Write(writer, one);
        writer.End(start);
    }

    public override TSequence Read(ref WireReader reader)
    {
        if (!reader.Block(out var block))
            return default!;
        var items = new T[block.Count()];
        for (var i = 0; i < items.Length; i++)
            items[i] = item.Read(ref block);
        return Make(items);
    }

    public override TSequence Copy(TSequence value, int depth)
    {
        if (IsNull(value))
            return value;
        var items = Span(value).ToArray();
        if (!item.IsImmutable)
        {
            var below = Deeper(depth);
            foreach (ref var one in items.AsSpan())
                one = item.Copy(one, below);
        }

        return Make(items);
    }
}

internal sealed class ArrayCodec<T>(Codec<T> item) : SequenceCodec<T[]?, T>(item)
{
    protected override bool IsNull(T[]? value) => value is null;

    protected override ReadOnlySpan<T> Span(T[]? value) => value;

    protected override T[]? Make(T[] items) => items;
}

internal sealed class ListCodec<T>(Codec<T> item) : SequenceCodec<List<T>?, T>(item)
{
    protected override bool IsNull(List<T>? value) => value is null;

    protected override ReadOnlySpan<T> Span(List<T>? value) => CollectionsMarshal.AsSpan(value);

    protected override List<T>? Make(T[] items) => [.. items];
}

internal sealed class ImmutableArrayCodec<T>(Codec<T> item) : SequenceCodec<ImmutableArray<T>, T>(item)
{
    public override bool IsImmutable => Item.IsImmutable;

    protected override bool IsNull(ImmutableArray<T> value) => value.IsDefault;

    protected override ReadOnlySpan<T> Span(ImmutableArray<T> value) => value.AsSpan();

    protected override ImmutableArray<T> Make(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}

internal sealed class BytesCodec : Codec<byte[]?>
{
    public override WireKind Kind => WireKind.Block;

    public override void Write(WireWriter writer, byte[]? value)
    {
        if (value is null)
            writer.Null();
        else
            writer.Bytes(value);
    }

    public override byte[]? Read(ref WireReader reader) => reader.Block(out var block) ? block.Take(block.Remaining).ToArray() : null;

    public override byte[]? Copy(byte[]? value, int depth) => value?.AsSpan().ToArray();
}

/// <summary>A dictionary. Of comparers only the default and <see cref="StringComparer.OrdinalIgnoreCase"/> are known.</summary>
internal sealed class DictionaryCodec<TKey, TValue>(Codec<TKey> key, Codec<TValue> item) : Codec<Dictionary<TKey, TValue>?>
    where TKey : notnull
{
    public override WireKind Kind => WireKind.Block;

    public override void Write(WireWriter writer, Dictionary<TKey, TValue>? value)
    {
        if (value is null)
        {
            writer.Null();
            return;
        }

        var start = writer.Begin();
        writer.Int32(value.Count);
        writer.Byte(Comparer(value));
        foreach (var (name, one) in value)
        {
            key.Write(writer, name);
            item.Write(writer, one);
        }

        writer.End(start);
    }

    public override Dictionary<TKey, TValue>? Read(ref WireReader reader)
    {
        if (!reader.Block(out var block))
            return null;
        var count = block.Count();
        var ignoresCase = block.Byte() == 1 && typeof(TKey) == typeof(string);
        var value = new Dictionary<TKey, TValue>(count, ignoresCase ? (IEqualityComparer<TKey>)StringComparer.OrdinalIgnoreCase : null);
        for (; count > 0; count--)
            value[key.Read(ref block) ?? throw new SerializerException("The data has a dictionary key that is null.")] = item.Read(ref block);
        return value;
    }

    public override Dictionary<TKey, TValue>? Copy(Dictionary<TKey, TValue>? value, int depth)
    {
        if (value is null)
            return null;
        Comparer(value);
        if (key.IsImmutable && item.IsImmutable)
            return new Dictionary<TKey, TValue>(value, value.Comparer);
        var below = Deeper(depth);
        var copy = new Dictionary<TKey, TValue>(value.Count, value.Comparer);
        foreach (var (name, one) in value)
            copy.Add(key.Copy(name, below), item.Copy(one, below));
        return copy;
    }

    private static byte Comparer(Dictionary<TKey, TValue> value)
    {
        if (ReferenceEquals(value.Comparer, StringComparer.OrdinalIgnoreCase))
            return 1;
        return ReferenceEquals(value.Comparer, EqualityComparer<TKey>.Default) || ReferenceEquals(value.Comparer, StringComparer.Ordinal)
            ? (byte)0
            : throw new SerializerException($"A {value.GetType()} has a comparer that cannot cross a call; only the default and OrdinalIgnoreCase can.");
    }
}
