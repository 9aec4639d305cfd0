using System.Reflection;

namespace MetaGrains.Api.Hosting;

/// <summary>What this program was built as.</summary>
internal static class BuildInfo
{
    /// <summary><c>Orleans</c> or <c>Portable</c>.</summary>
    public static string GrainEngine { get; } = typeof(BuildInfo).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == nameof(GrainEngine)).Value!;

    /// <summary>Version of the product.</summary>
    public static string Version { get; } =
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
