using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace MetaGrains.Engine.Serialization;

/// <summary>Reads a type's contract by reflection and refuses what would silently lose data.</summary>
internal static class Contract
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static MemberCodec<T>[] MembersOf<T>(Codecs codecs)
    {
        var members = new List<MemberCodec<T>>();
        for (var type = typeof(T); type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
                throw new CodecNotFoundException($"{typeof(T)} may not cross a grain call: its base {type} has no [GenerateSerializer].");
            members.AddRange(DeclaredIn(type).Select(item => Member<T>(codecs, item.Id, item.Field, item.Member)));
        }

        members.Sort((a, b) => a.Id.CompareTo(b.Id));
        for (var i = 1; i < members.Count; i++)
        {
            if (members[i].Id == members[i - 1].Id)
                throw new CodecNotFoundException($"{typeof(T)} may not cross a grain call: [Id({members[i].Id})] stands on two of its members.");
        }

        return [.. members];
    }

    private static IEnumerable<(uint Id, FieldInfo Field, MemberInfo Member)> DeclaredIn(Type type)
    {
        var parameters = PrimaryParameters(type);
        foreach (var property in type.GetProperties(Declared))
        {
            var onParameter = parameters.FirstOrDefault(parameter => parameter.Name == property.Name);
            var id = property.GetCustomAttribute<IdAttribute>() ?? onParameter?.GetCustomAttribute<IdAttribute>();
            if (id is null && onParameter is not null)
                throw new CodecNotFoundException($"{type} may not cross a grain call: its parameter {property.Name} has no [property: Id(…)], so it would be lost.");
            if (id is null)
                continue;
            var field = type.GetField($"<{property.Name}>k__BackingField", Declared)
                ?? throw new CodecNotFoundException($"{type}.{property.Name} has [Id({id.Id})] and is no automatic property, so it holds nothing to send.");
            yield return (id.Id, field, property);
        }

        foreach (var field in type.GetFields(Declared))
        {
            if (field.GetCustomAttribute<IdAttribute>() is { } id && !field.IsDefined(typeof(CompilerGeneratedAttribute)))
                yield return (id.Id, field, field);
        }
    }

    // A record has a clone method or, as a struct, a generated printer; its widest constructor is the primary one.
    private static ParameterInfo[] PrimaryParameters(Type type) =>
        type.GetMethod("PrintMembers", Declared) is null
            ? []
            : type.GetConstructors(Declared)
                .Select(constructor => constructor.GetParameters())
                .Where(parameters => parameters.Length > 0 && parameters[0].ParameterType != type
                    && parameters.All(parameter => type.GetProperty(parameter.Name!, Declared) is not null))
                .MaxBy(parameters => parameters.Length) ?? [];

    private static MemberCodec<T> Member<T>(Codecs codecs, uint id, FieldInfo field, MemberInfo member)
    {
        Codec codec;
        try
        {
            codec = codecs.For(field.FieldType);
        }
        catch (CodecNotFoundException exception)
        {
            throw new CodecNotFoundException($"{field.DeclaringType}.{member.Name}: {exception.Message}");
        }

        var immutable = member.IsDefined(typeof(ImmutableAttribute));
        var types = new[] { typeof(T), field.FieldType };
        return (MemberCodec<T>)Activator.CreateInstance(
            typeof(MemberCodec<,>).MakeGenericType(types), id, codec, immutable, Getter(typeof(T), field), Setter(typeof(T), field))!;
    }

    // A dynamic method, because it may read private fields and write read-only ones.
    private static Delegate Getter(Type type, FieldInfo field)
    {
        var method = new DynamicMethod($"get {field.Name}", field.FieldType, [type.MakeByRefType()], field.Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        if (!type.IsValueType)
            code.Emit(OpCodes.Ldind_Ref);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate(typeof(MemberGetter<,>).MakeGenericType(type, field.FieldType));
    }

    private static Delegate Setter(Type type, FieldInfo field)
    {
        var method = new DynamicMethod($"set {field.Name}", null, [type.MakeByRefType(), field.FieldType], field.Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        if (!type.IsValueType)
            code.Emit(OpCodes.Ldind_Ref);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Stfld, field);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate(typeof(MemberSetter<,>).MakeGenericType(type, field.FieldType));
    }
}
