using MetaGrains.Testing;

namespace MetaGrains.Silo.Tests;

/// <summary>A test that needs silos of both engines, reported as skipped where one of them was not built from these sources.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BothEnginesFactAttribute : FactAttribute
{
    public static readonly string[] Engines = ["Portable", "Orleans"];

    public BothEnginesFactAttribute()
    {
        if (Array.Find(Engines, engine => !IsBuilt(engine)) is { } missing)
            Skip = $"The silo was not built for the engine {missing} from these sources: dotnet build src/Silo -c {Configuration} -p:GrainEngine={missing}";
    }

    private static string Configuration => Output.Parent!.Name;

    private static DirectoryInfo Output { get; } = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>The silo's program.</summary>
    public static string SiloOf(string engine) =>
        Path.Combine(RepositoryRoot.Path, "src", "Silo", "bin", engine, Configuration, Output.Name, "MetaGrains.Silo.dll");

    private static bool IsBuilt(string engine)
    {
        if (!File.Exists(SiloOf(engine)))
            return false;
        // Parts that did not change are not built again, so the newest of them counts.
        var built = new FileInfo(SiloOf(engine)).Directory!.EnumerateFiles("MetaGrains.*.dll").Max(file => file.LastWriteTimeUtc);
        return Sources().All(source => source.LastWriteTimeUtc <= built);
    }

    private static IEnumerable<FileInfo> Sources()
    {
        // What a silo is made of; the rest of src does not matter to it.
        foreach (var part in (string[])["Core", "Engine", "Grains", "Grains.Interfaces", "Graph", "GraphSimulator", "Silo", "Tls", "Warehouse"])
        {
            foreach (var file in new DirectoryInfo(Path.Combine(RepositoryRoot.Path, "src", part)).EnumerateFiles("*.cs", SearchOption.AllDirectories))
            {
                if (!file.FullName.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                    yield return file;
            }
        }
    }
}
