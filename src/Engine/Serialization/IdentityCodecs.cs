using System.Diagnostics.CodeAnalysis;
using MetaGrains.Engine.Calls;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>A value that a text stands for.</summary>
internal abstract class TextualCodec<T> : Codec<T>
{
    public sealed override WireKind Kind => WireKind.Block;

    public sealed override bool IsImmutable => true;

    protected abstract string? Format(T value);

    protected abstract T Parse(string? text);

    public sealed override void Write(WireWriter writer, T value) => writer.Text(Format(value));

    public sealed override T Read(ref WireReader reader) => Parse(reader.Text());

    public override T Copy(T value, int depth) => value;
}

internal sealed class GrainIdCodec : TextualCodec<GrainId>
{
    protected override string? Format(GrainId value) => value.IsDefault ? null : value.ToString();

    protected override GrainId Parse(string? text) => text is null ? default
        : GrainId.TryParse(text, out var id) ? id
        : throw new SerializerException("The data has a grain id that reads not type/key.");
}

internal sealed class SiloAddressCodec : TextualCodec<SiloAddress?>
{
    protected override string? Format(SiloAddress? value) => value?.ToParsableString();

    [return: MaybeNull]
    protected override SiloAddress? Parse(string? text) => text is null ? null
        : SiloAddress.TryParse(text, out var address) ? address
        : throw new SerializerException("The data has a silo address that reads not address:port@generation.");
}

/// <summary>A reference to a grain. It is bound to the silo or client that reads it.</summary>
internal sealed class ReferenceCodec<T>(GrainCaller caller) : Codec<T?>
    where T : class, IAddressable
{
    public override WireKind Kind => WireKind.Block;

    public override void Write(WireWriter writer, T? value) => writer.Text(Reference(value)?.GrainId.ToString());

    public override T? Read(ref WireReader reader) => reader.Text() is not { } text ? null
        : GrainId.TryParse(text, out var id) ? (T)caller.Reference(typeof(T), id)
        : throw new SerializerException("The data has a reference whose grain id reads not type/key.");

    public override T? Copy(T? value, int depth)
    {
        Reference(value);
        return value;
    }

    private static GrainReference? Reference(T? value) => value is null or GrainReference
        ? value as GrainReference
        : throw new SerializerException($"A {value.GetType()} itself may not cross a grain call: pass this.AsReference<{typeof(T).Name}>().");
}
