using System.Collections.Concurrent;
using System.Reflection;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using Orleans.Serialization;

namespace MetaGrains.Engine.Calls;

/// <summary>One grain interface as a silo or client knows it: its methods, and the prototype of its references.</summary>
internal sealed class ContractModel
{
    private readonly Codecs _codecs;
    private readonly GrainReference _prototype;
    private readonly Dictionary<string, MethodInfo> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MethodInfo, MethodModel> _methods = new();

    public ContractModel(Type type, Codecs codecs)
    {
        if (!type.IsInterface || type.IsGenericType)
            throw new ArgumentException($"{type} is no grain interface: it must be an interface without type parameters.", nameof(type));
        (Interface, _codecs, WireName) = (type, codecs, ApplicationParts.WireName(type));
        _prototype = (GrainReference)DispatchProxy.Create(type, typeof(GrainReference));
        foreach (var method in type.GetInterfaces().Prepend(type).SelectMany(one => one.GetMethods()).Where(method => !method.IsStatic))
        {
            if (!_byName.TryAdd(MethodModel.NameOf(method), method))
                throw new ArgumentException($"{type} has two methods with the name {MethodModel.NameOf(method)} on the wire: give one another [Alias].", nameof(type));
        }
    }

    public Type Interface { get; }

    public string WireName { get; }

    public GrainReference Reference(GrainCaller caller, GrainId id) => _prototype.Bind(caller, this, id);

    public MethodModel Method(MethodInfo method) => _methods.TryGetValue(method, out var known) ? known : _methods.GetOrAdd(method, Make(method));

    public MethodModel Method(string name) => _byName.TryGetValue(name, out var method)
        ? Method(method)
        : throw new SerializerException($"{Interface} has no method '{name}': caller and silo have different versions of it.");

    private MethodModel Make(MethodInfo method)
    {
        if (method.IsGenericMethod || method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef))
            throw new CodecNotFoundException($"{method.DeclaringType}.{method.Name} may not be called: a grain's method has no type parameters and no ref or out parameters.");
        var returns = method.ReturnType;
        var definition = returns.IsGenericType ? returns.GetGenericTypeDefinition() : returns;
        var shape = returns == typeof(void) ? Shape.Void
            : returns == typeof(Task) ? Shape.Task
            : returns == typeof(ValueTask) ? Shape.ValueTask
            : definition == typeof(Task<>) ? Shape.TaskOf
            : definition == typeof(ValueTask<>) ? Shape.ValueTaskOf
            : throw new CodecNotFoundException($"{method.DeclaringType}.{method.Name} may not be called: it returns {returns} and no task.");
        var result = returns.IsGenericType ? returns.GenericTypeArguments[0] : typeof(Nothing);
        try
        {
            return (MethodModel)Activator.CreateInstance(typeof(MethodModel<>).MakeGenericType(result), method, this, _codecs, shape)!;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is CodecNotFoundException refused)
        {
            throw new CodecNotFoundException(refused.Message);
        }
    }
}
