using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>
/// A type with <c>[GenerateSerializer]</c>: a block of members by <c>[Id]</c>, unknown ones skipped, missing ones left
/// as the parameterless constructor made them (default where there is none). A value of a derived type names it by its <c>[Alias]</c>.
/// </summary>
internal sealed class ObjectCodec<T>(Codecs codecs) : Codec<T>, IObjectCodec
{
    private const byte Exactly = 0;
    private const byte Derived = 1;

    private static readonly bool Immutable = typeof(T).IsDefined(typeof(ImmutableAttribute), inherit: false);
    private static readonly ConstructorInvoker? Constructor =
        typeof(T).GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is { } found && !typeof(T).IsAbstract
            ? ConstructorInvoker.Create(found)
            : null;

    private MemberCodec<T>[]? _members;

    public override WireKind Kind => WireKind.Block;

    public override bool IsImmutable => Immutable;

    public IEnumerable<Codec> Parts => Members.Select(member => member.Codec);

    private MemberCodec<T>[] Members => _members ??= Contract.MembersOf<T>(codecs);

    public override void Write(WireWriter writer, T value)
    {
        if (value is null)
        {
            writer.Null();
            return;
        }

        if (value.GetType() is var type && type != typeof(T))
        {
            codecs.DerivedCodec(type, typeof(T)).WriteDerived(writer, value);
            return;
        }

        var start = writer.Begin();
        writer.Byte(Exactly);
        WriteMembers(writer, value);
        writer.End(start);
    }

    public void WriteDerived(WireWriter writer, object value)
    {
        var start = writer.Begin();
        writer.Byte(Derived);
        writer.Text(Codecs.AliasOf(typeof(T)));
        WriteMembers(writer, (T)value);
        writer.End(start);
    }

    public override T Read(ref WireReader reader)
    {
        if (!reader.Block(out var block))
            return default(T) is null ? default! : throw new SerializerException($"The data has a null where a {typeof(T)} must be.");
        var codec = block.Byte() switch
        {
            Exactly => this,
            Derived => codecs.DerivedCodec(codecs.TypeByAlias(block.RequiredText()), typeof(T)),
            var other => throw new SerializerException($"The data has a {typeof(T)} in an unknown form {other}."),
        };
        return (T)codec.ReadMembers(ref block);
    }

    public object ReadMembers(ref WireReader block)
    {
        if (typeof(T).IsAbstract)
            throw new SerializerException($"The data has a {typeof(T)}, which is abstract.");
        var value = Create();
        while (block.Remaining > 0)
        {
            var tag = block.Varint();
            var kind = (WireKind)(tag & 7);
            if (Find(tag >> 3) is { } member && member.Codec.Kind == kind)
                member.Read(ref block, ref value);
            else
                Skip(ref block, kind);
        }

        return value!;
    }

    public override T Copy(T value, int depth)
    {
        if (value is null)
            return value;
        if (value.GetType() is var type && type != typeof(T))
            return (T)codecs.DerivedCodec(type, typeof(T)).CopyMembers(value, depth);
        return Immutable ? value : CopyTyped(value, Deeper(depth));
    }

    public object CopyMembers(object value, int depth) => Immutable ? value : CopyTyped((T)value, Deeper(depth))!;

    private T CopyTyped(T value, int below)
    {
        var copy = Create();
        foreach (var member in Members)
            member.Copy(ref value, ref copy, below);
        return copy;
    }

    private void WriteMembers(WireWriter writer, T value)
    {
        foreach (var member in Members)
        {
            writer.Varint((member.Id << 3) | (uint)member.Codec.Kind);
            member.Write(writer, ref value);
        }
    }

    private MemberCodec<T>? Find(uint id)
    {
        foreach (var member in Members)
        {
            if (member.Id == id)
                return member;
        }

        return null;
    }

    private static T Create() => Constructor is null ? (T)RuntimeHelpers.GetUninitializedObject(typeof(T)) : (T)Constructor.Invoke()!;
}

/// <summary>An <see cref="ObjectCodec{T}"/> whose type is known at run time only.</summary>
internal interface IObjectCodec
{
    /// <summary>The codecs of the members; asking for them checks the type.</summary>
    IEnumerable<Codec> Parts { get; }

    void WriteDerived(WireWriter writer, object value);

    object ReadMembers(ref WireReader block);

    object CopyMembers(object value, int depth);
}

/// <summary>One <c>[Id]</c> member of <typeparamref name="T"/>.</summary>
internal abstract class MemberCodec<T>(uint id, Codec codec)
{
    public uint Id => id;

    public Codec Codec => codec;

    public abstract void Write(WireWriter writer, ref T owner);

    public abstract void Read(ref WireReader reader, ref T owner);

    public abstract void Copy(ref T from, ref T to, int depth);
}

internal delegate TValue MemberGetter<T, out TValue>(ref T owner);

internal delegate void MemberSetter<T, in TValue>(ref T owner, TValue value);

internal sealed class MemberCodec<T, TValue>(uint id, Codec<TValue> codec, bool immutable, MemberGetter<T, TValue> get, MemberSetter<T, TValue> set)
    : MemberCodec<T>(id, codec)
{
    private readonly bool _immutable = immutable || codec.IsImmutable;

    public override void Write(WireWriter writer, ref T owner) => codec.Write(writer, get(ref owner));

    public override void Read(ref WireReader reader, ref T owner) => set(ref owner, codec.Read(ref reader));

    public override void Copy(ref T from, ref T to, int depth) => set(ref to, _immutable ? get(ref from) : codec.Copy(get(ref from), depth));
}
