namespace MetaGrains.Engine.Runtime;

/// <summary>The grain classes of the application, by type and by interface.</summary>
internal sealed class GrainClasses
{
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    public GrainClasses(ApplicationParts parts)
    {
        foreach (var grainClass in parts.GrainClasses.Select(type => new GrainClass(type)))
        {
            if (!_byType.TryAdd(grainClass.GrainType, grainClass))
                throw new OrleansConfigurationException($"{grainClass.Type} and {_byType[grainClass.GrainType].Type} have the same [GrainType(\"{grainClass.GrainType}\")].");
            foreach (var one in grainClass.Type.GetInterfaces().Where(one => typeof(IGrain).IsAssignableFrom(one)))
            {
                if (!_byInterface.TryGetValue(one, out var list))
                    _byInterface[one] = list = [];
                list.Add(grainClass);
            }
        }
    }

    public IReadOnlyCollection<GrainClass> All => _byType.Values;

    public GrainClass? Find(GrainType type) => _byType.GetValueOrDefault(type);

    /// <summary>The class behind an interface; a prefix of its full name chooses among several.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public GrainClass Implementing(Type type, string? prefix)
    {
        var found = _byInterface.GetValueOrDefault(type, []);
        if (!string.IsNullOrEmpty(prefix))
            found = found.FindAll(one => one.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal));
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"No grain class implements {type}."),
            _ => throw new ArgumentException($"More than one grain class implements {type}: {string.Join(", ", found.Select(one => one.Type.Name))}. Use a narrower interface."),
        };
    }

    /// <summary>Interfaces that exactly one class implements, by their name on the wire: what a client must know.</summary>
    public IEnumerable<(string Interface, GrainType Type)> Manifest() =>
        _byInterface.Where(pair => pair.Value.Count == 1).Select(pair => (ApplicationParts.WireName(pair.Key), pair.Value[0].GrainType));
}
