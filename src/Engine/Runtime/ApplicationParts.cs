using System.Reflection;

namespace MetaGrains.Engine.Runtime;

/// <summary>What the application's assemblies hold: grain classes, grain interfaces, and contract types by alias.</summary>
internal sealed class ApplicationParts
{
    private static readonly string Engine = typeof(ApplicationParts).Assembly.GetName().Name!;

    private ApplicationParts(IEnumerable<Type> types)
    {
        var aliases = new Dictionary<string, Type>(StringComparer.Ordinal);
        var interfaces = new Dictionary<string, Type>(StringComparer.Ordinal);
        var classes = new List<Type>();
        foreach (var type in types)
        {
            if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
                interfaces.TryAdd(WireName(type), type);
            else if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && type.GetCustomAttribute<AliasAttribute>(inherit: false) is { } alias)
                aliases.TryAdd(alias.Alias, type);
            else if (type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrain).IsAssignableFrom(type) && typeof(IGrainBase).IsAssignableFrom(type))
                classes.Add(type);
        }

        (Aliases, Interfaces, GrainClasses) = (aliases, interfaces, classes);
    }

    public IReadOnlyDictionary<string, Type> Aliases { get; }

    public IReadOnlyDictionary<string, Type> Interfaces { get; }

    public IReadOnlyList<Type> GrainClasses { get; }

    /// <summary>Looks through the entry assembly, what is loaded, and what these refer to, as far as it knows the engine.</summary>
    public static ApplicationParts Discover()
    {
        var seen = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        if (Assembly.GetEntryAssembly() is { } entry)
            open.Enqueue(entry);
        while (open.TryDequeue(out var assembly))
        {
            if (assembly.IsDynamic || !seen.TryAdd(assembly.FullName ?? "", assembly))
                continue;
            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (!IsFramework(name.Name) && !seen.ContainsKey(name.FullName) && TryLoad(name) is { } referenced)
                    open.Enqueue(referenced);
            }
        }

        return new ApplicationParts(seen.Values.Where(KnowsEngine).SelectMany(LoadableTypes));
    }

    /// <summary>An interface's name on the wire.</summary>
    public static string WireName(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.FullName!;

    private static bool KnowsEngine(Assembly assembly) =>
        assembly.GetName().Name == Engine || assembly.GetReferencedAssemblies().Any(name => name.Name == Engine);

    private static bool IsFramework(string? name) =>
        name is null || name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }
}
