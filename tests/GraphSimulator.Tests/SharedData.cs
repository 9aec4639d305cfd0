namespace MetaGrains.GraphSimulator.Tests;

/// <summary>Where the recorded data is: METAGRAINS_TEST_DATA, or shared/data beside a folder above the tests.</summary>
internal static class SharedData
{
    public static string? Directory { get; } = Find();

    public static string Recording => Path.Combine(Directory!, "keboola_meta_account", "v23_recorded_2026-03-06");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("METAGRAINS_TEST_DATA") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "SOURCES.md")))
                return candidate;
        }

        return null;
    }
}

/// <summary>A test that needs the recorded data and is skipped where it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecordedDataFactAttribute : FactAttribute
{
    public RecordedDataFactAttribute()
    {
        if (SharedData.Directory is null)
            Skip = "The recorded data is not here: set METAGRAINS_TEST_DATA to the folder of SOURCES.md.";
    }
}
