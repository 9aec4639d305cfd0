namespace MetaGrains.Cli.Hosting;

/// <summary>Files that only their owner may read, written aside and moved, so that nobody reads half of one.</summary>
internal static class PrivateFile
{
    /// <summary>Writes unless the file is there: two processes that begin at once agree on one content.</summary>
    public static void WriteIfMissing(string path, string text)
    {
        var mine = Aside(path, text);
        try
        {
            File.Move(mine, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(mine);
        }
    }

    /// <summary>Writes, whatever was there.</summary>
    public static void Replace(string path, string text) => File.Move(Aside(path, text), path, overwrite: true);

    private static string Aside(string path, string text)
    {
        var mine = $"{path}.{Environment.ProcessId}";
        File.Delete(mine);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(mine, options);
        writer.Write(text);
        return mine;
    }
}
