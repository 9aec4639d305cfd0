using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>
/// The codecs of one silo or client. What may cross a call: primitives, strings, enums, arrays, lists, dictionaries,
/// immutable arrays, types with <c>[GenerateSerializer]</c>, and references to grains. Anything else is refused.
/// </summary>
internal sealed class Codecs(ApplicationParts parts, GrainCaller caller)
{
    private readonly ConcurrentDictionary<Type, Codec> _codecs = new();
    private readonly ConcurrentDictionary<Type, bool> _checked = new();

    /// <summary>The codec of a parameter or result, after its whole contract was checked.</summary>
    public Codec Root(Type type)
    {
        var codec = For(type);
        CheckParts(type, codec);
        return codec;
    }

    public Codec For(Type type) => _codecs.TryGetValue(type, out var known) ? known : _codecs.GetOrAdd(type, Make(type));

    public static string AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias
        ?? throw new CodecNotFoundException($"{type} stands for a base type in a grain call, so it needs an [Alias].");

    public Type TypeByAlias(string alias) => parts.Aliases.GetValueOrDefault(alias)
        ?? throw new SerializerException($"The data has a type '{alias}', and no loaded type has that [Alias].");

    public IObjectCodec DerivedCodec(Type type, Type declared) => declared.IsAssignableFrom(type) && Root(type) is IObjectCodec codec
        ? codec
        : throw new CodecNotFoundException($"A {type} may not stand for a {declared} in a grain call.");

    private void CheckParts(Type type, Codec codec)
    {
        if (!_checked.TryAdd(type, true))
            return;
        try
        {
            foreach (var inner in InnerTypes(type))
                CheckParts(inner, For(inner));
            if (codec is not IObjectCodec contract)
                return;
            foreach (var part in contract.Parts)
                CheckParts(ValueType(part), part);
        }
        catch (CodecNotFoundException)
        {
            _checked.TryRemove(type, out _);
            throw;
        }
    }

    private static Type ValueType(Codec codec)
    {
        var type = codec.GetType();
        while (!type!.IsGenericType || type.GetGenericTypeDefinition() != typeof(Codec<>))
            type = type.BaseType;
        return type.GenericTypeArguments[0];
    }

    private static Type[] InnerTypes(Type type) => type.IsArray ? [type.GetElementType()!] : type.GenericTypeArguments;

    private Codec Make(Type type)
    {
        if (ScalarCodec.Find(type) is { } scalar)
            return scalar;
        if (type == typeof(byte[]))
            return new BytesCodec();
        if (type == typeof(GrainId))
            return new GrainIdCodec();
        if (type == typeof(SiloAddress))
            return new SiloAddressCodec();
        if (type.IsEnum)
            return New(typeof(EnumCodec<,>), [type, type.GetEnumUnderlyingType()], ScalarCodec.Find(type.GetEnumUnderlyingType())!);
        if (type.IsSZArray)
            return New(typeof(ArrayCodec<>), [type.GetElementType()!], For(type.GetElementType()!));
        if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            return New(typeof(ReferenceCodec<>), [type], caller);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return New(typeof(ObjectCodec<>), [type], this);
        return type.IsGenericType ? MakeGeneric(type) : throw Refuse(type);
    }

    private Codec MakeGeneric(Type type)
    {
        var arguments = type.GenericTypeArguments;
        var definition = type.GetGenericTypeDefinition();
        var codec = definition == typeof(Nullable<>) ? typeof(NullableCodec<>)
            : definition == typeof(List<>) ? typeof(ListCodec<>)
            : definition == typeof(ImmutableArray<>) ? typeof(ImmutableArrayCodec<>)
            : definition == typeof(Dictionary<,>) ? typeof(DictionaryCodec<,>)
            : throw Refuse(type);
        return New(codec, arguments, [.. arguments.Select(For)]);
    }

    private static Codec New(Type definition, Type[] types, params object[] arguments) =>
        (Codec)Activator.CreateInstance(definition.MakeGenericType(types), arguments)!;

    private static CodecNotFoundException Refuse(Type type) => new(
        $"{type} may not cross a grain call. Use primitives, strings, arrays, List, Dictionary, ImmutableArray, grain interfaces, or a type with [GenerateSerializer] and [Id].");
}
