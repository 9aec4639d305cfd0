using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaGrains.Grains.Interfaces;

/// <summary>What both ends of a call agree on beside the contracts themselves.</summary>
public static class GrainContracts
{
    /// <summary>
    /// Lets failures of ours and of the database's driver reach the caller as they are: Orleans replaces every exception
    /// that it was not told of by one that says so and nothing else. Silos and clients add it.
    /// </summary>
    public static IServiceCollection AddGrainContracts(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.UnionWith(["MetaGrains", "Npgsql"]));
}
