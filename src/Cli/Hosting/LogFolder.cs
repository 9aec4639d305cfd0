namespace MetaGrains.Cli.Hosting;

/// <summary><c>.metagrains/logs</c>: one file per process that a verb starts.</summary>
internal static class LogFolder
{
    private const int Kept = 30;

    /// <summary>The file of a process. The oldest files beyond a number are removed.</summary>
    public static string FileOf(Checkout checkout, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(checkout.StateDirectory, "logs"));
        foreach (var old in folder.EnumerateFiles("*.log").OrderByDescending(file => file.LastWriteTimeUtc).Skip(Kept))
            old.Delete();
        return Path.Combine(folder.FullName, $"{name}.{Environment.ProcessId}.log");
    }
}
