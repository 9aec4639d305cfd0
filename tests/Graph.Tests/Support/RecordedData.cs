namespace MetaGrains.Graph.Tests.Support;

/// <summary>Real answers that others recorded; not part of the repository. See their SOURCES.md.</summary>
internal static class RecordedData
{
    /// <summary>The folder, or null: METAGRAINS_TEST_DATA, else shared/data in some folder above.</summary>
    public static string? Folder { get; } = Find();

    public static IEnumerable<string> Lines(params string[] path) => File.ReadLines(Path.Combine([Folder!, .. path]));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("METAGRAINS_TEST_DATA") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "SOURCES.md")))
                return candidate;
        }

        return null;
    }
}

/// <summary>A test that needs the recorded answers and is skipped without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecordedFactAttribute : FactAttribute
{
    public RecordedFactAttribute()
    {
        if (RecordedData.Folder is null)
            Skip = "The recorded answers are not here (METAGRAINS_TEST_DATA).";
    }
}
