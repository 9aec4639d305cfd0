namespace MetaGrains.Cli.Hosting;

/// <summary>The end of a log.</summary>
internal static class LogTail
{
    private const int MaxBytes = 16 * 1024;
    private const int MaxLines = 8;
    private const int MaxLineLength = 400;

    /// <summary>The last lines that a process has written, oldest first.</summary>
    /// <param name="path">The log.</param>
    /// <param name="since">Where in the file the process began.</param>
    public static IReadOnlyList<string> Read(string path, long since)
    {
        if (!File.Exists(path))
            return [];
        using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(Math.Min(log.Length, Math.Max(since, log.Length - MaxBytes)), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())
                .Where(line => line.Length > 0).TakeLast(MaxLines)
                .Select(line => line.Length > MaxLineLength ? line[..MaxLineLength] + "…" : line),
        ];
    }
}
