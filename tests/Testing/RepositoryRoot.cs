namespace MetaGrains.Testing;

/// <summary>Finds the checkout, and the recorded data where it lies beside it.</summary>
public static class RepositoryRoot
{
    /// <summary>Environment variable that names the folder of <c>SOURCES.md</c>.</summary>
    public const string DataVariable = "METAGRAINS_TEST_DATA";

    public static string Path { get; } = Ancestors()
        .FirstOrDefault(folder => File.Exists(System.IO.Path.Combine(folder, "MetaGrains.sln")))
        ?? throw new InvalidOperationException("MetaGrains.sln was not found above the test assembly.");

    /// <summary>The folder with the recorded data, or null on a machine that has none.</summary>
    public static string? RecordedData { get; } =
        new[] { Environment.GetEnvironmentVariable(DataVariable) }
            .Concat(Ancestors().Select(folder => System.IO.Path.Combine(folder, "shared", "data")))
            .FirstOrDefault(folder => !string.IsNullOrEmpty(folder) && File.Exists(System.IO.Path.Combine(folder, "SOURCES.md")));

    /// <summary>The one recorded account's folder. Only for tests that were not skipped for want of data.</summary>
    public static string RecordedAccount => System.IO.Path.Combine(RecordedData!, "keboola_meta_account", "v23_recorded_2026-03-06");

    private static IEnumerable<string> Ancestors()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return folder.FullName;
    }
}
