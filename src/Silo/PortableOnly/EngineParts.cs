using MetaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Silo.Hosting;

/// <summary>The portable engine finds the dead by itself and needs nothing that Orleans is not told, too.</summary>
internal static class EngineParts
{
    public static ISiloBuilder AddEngineParts(this ISiloBuilder silo) => silo;

    public static Task CareAsync(IServiceProvider services, SiloSettings settings, ILogger logger, CancellationToken stopping) => Task.CompletedTask;
}
