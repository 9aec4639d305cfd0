using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace MetaGrains.Engine.State;

internal static class StateSerializer
{
    /// <summary>The serializer of a storage: that of its options, else the one registered under its name, else the one registered.</summary>
    public static IGrainStorageSerializer Of(IServiceProvider services, string storage, IGrainStorageSerializer? configured) =>
        configured ?? services.GetKeyedService<IGrainStorageSerializer>(storage) ?? services.GetRequiredService<IGrainStorageSerializer>();
}
