using System.Reflection;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace MetaGrains.Engine.State;

/// <summary>A record that the activation reads before the grain is activated.</summary>
internal interface IStateFacet
{
    /// <summary>Under which epoch of its partition the grain was activated.</summary>
    long Epoch { get; }

    Task ReadAsync(CancellationToken cancellationToken);
}

internal static class StateFacet
{
    public const string DefaultStorage = "Default";

    /// <summary>Makes the value of a <c>[PersistentState]</c> constructor parameter.</summary>
    public static Func<Activation, object> Factory(GrainClass grainClass, ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new OrleansConfigurationException($"{grainClass.Type}: [PersistentState] stands on parameter {parameter.Name}, which is no IPersistentState<T>.");
        var facet = typeof(StateFacet<>).MakeGenericType(parameter.ParameterType.GenericTypeArguments);
        var name = string.IsNullOrEmpty(attribute.StateName) ? parameter.Name! : attribute.StateName;
        var storageName = string.IsNullOrEmpty(attribute.StorageName) ? DefaultStorage : attribute.StorageName;
        var constructor = ConstructorInvoker.Create(facet.GetConstructors()[0]);
        return activation =>
        {
            var storage = activation.ActivationServices.GetKeyedService<IGrainStorage>(storageName)
                ?? throw new BadProviderConfigException($"{grainClass.Type} keeps its state '{name}' in the storage '{storageName}', which is not registered.");
            var made = constructor.Invoke(name, activation.GrainId, activation.Tenure.Epoch, storage)!;
            activation.AddFacet((IStateFacet)made);
            return made;
        };
    }
}

/// <summary>One record of one grain.</summary>
internal sealed class StateFacet<T>(string name, GrainId grain, long epoch, IGrainStorage storage) : IPersistentState<T>, IStateFacet, IGrainState<T>
{
    public T State { get; set; } = Activator.CreateInstance<T>();

    public string? ETag { get; set; }

    public string? Etag => ETag;

    public bool RecordExists { get; set; }

    public long Epoch => epoch;

    Task IStateFacet.ReadAsync(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => GuardAsync("read", storage.ReadStateAsync(name, grain, this, cancellationToken));

    public Task WriteStateAsync(CancellationToken cancellationToken) => GuardAsync("written", storage.WriteStateAsync(name, grain, this, cancellationToken));

    public Task ClearStateAsync(CancellationToken cancellationToken) => GuardAsync("cleared", storage.ClearStateAsync(name, grain, this, cancellationToken));

    private async Task GuardAsync(string what, Task action)
    {
        try
        {
            await action;
        }
        catch (Exception exception) when (exception is not (OrleansException or OperationCanceledException))
        {
            throw new OrleansException($"The state '{name}' of {grain} could not be {what}: {exception.Message}", exception);
        }
    }
}
