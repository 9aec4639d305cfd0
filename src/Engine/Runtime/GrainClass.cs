using System.Collections.Concurrent;
using System.Reflection;
using MetaGrains.Engine.State;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Engine.Runtime;

/// <summary>A grain class: its pinned type, and how its constructor is fed.</summary>
internal sealed class GrainClass
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _parameters;
    private readonly ConcurrentDictionary<MethodInfo, MethodInfo> _implementations = new();

    /// <summary>How many activations there are now.</summary>
    public int Activations;

    public GrainClass(Type type)
    {
        Type = type;
        GrainType = TypeOf(type);
        Interface = type.GetInterfaces().Where(one => typeof(IGrain).IsAssignableFrom(one)).MaxBy(one => one.GetInterfaces().Length)!;
        var constructors = type.GetConstructors();
        var constructor = constructors.MaxBy(one => one.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"Grain class {type} has no public constructor.");
        _constructor = ConstructorInvoker.Create(constructor);
        _parameters = [.. constructor.GetParameters().Select(Source)];
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    /// <summary>Its most derived grain interface.</summary>
    public Type Interface { get; }

    /// <summary>Its <c>[GrainType]</c>; else, as Orleans does, the class name in lower case without a trailing "grain".</summary>
    public static GrainType TypeOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>(inherit: false) is { } pinned)
            return pinned.GetGrainType(null, type);
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name);
    }

    public object Create(Activation activation)
    {
        if (_parameters.Length == 0)
            return _constructor.Invoke()!;
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _parameters[i](activation);
        return _constructor.Invoke(arguments.AsSpan())!;
    }

    public MethodInfo Implementation(MethodInfo method) => _implementations.GetOrAdd(method, (method, type) =>
    {
        var map = type.GetInterfaceMap(method.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, method)];
    }, Type);

    private Func<Activation, object?> Source(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(IGrainContext))
            return static activation => activation;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
            return StateFacet.Factory(this, parameter, state);
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        if (parameter.HasDefaultValue)
            return activation => activation.ActivationServices.GetService(type) ?? parameter.DefaultValue;
        return activation => activation.ActivationServices.GetRequiredService(type);
    }
}
