using System.Diagnostics;

namespace MetaGrains.Repository.Tests;

/// <summary>The checkout that this assembly was built from: its root and its files, with forward slashes.</summary>
internal static class Repo
{
    private static readonly HashSet<string> LocalFolders =
        new(StringComparer.Ordinal) { ".git", ".metagrains", ".vs", ".vscode", ".idea", "bin", "obj", "node_modules", "TestResults" };

    private static readonly Lazy<IReadOnlyList<string>> AllFiles = new(ListFiles);

    /// <summary>The folder that holds MetaGrains.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is or will be committed, relative to the root, in ordinal order.</summary>
    public static IReadOnlyList<string> Files => AllFiles.Value;

    public static string FullPath(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(FullPath(relative));

    public static bool Exists(string relative) => Path.Exists(FullPath(relative));

    /// <summary>C# sources below any of the given folders.</summary>
    public static IEnumerable<string> Sources(params string[] folders) =>
        Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(folder => IsUnder(file, folder)));

    /// <summary>Projects below src, tests and bench.</summary>
    public static IEnumerable<string> Projects() =>
        Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)
            && (IsUnder(file, "src") || IsUnder(file, "tests") || IsUnder(file, "bench")));

    public static bool IsUnder(string file, string folder) => file.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MetaGrains.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No MetaGrains.sln stands above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }

    // Git knows what is ignored. A source archive has no git: then everything but build output counts.
    private static List<string> ListFiles()
    {
        var files = FromGit() ?? Walk(new DirectoryInfo(Root));
        return [.. files.Where(file => File.Exists(FullPath(file))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static string[]? FromGit()
    {
        if (!Path.Exists(FullPath(".git")))
            return null;
        try
        {
            var start = new ProcessStartInfo("git")
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                ArgumentList = { "ls-files", "--cached", "--others", "--exclude-standard", "-z" },
            };
            using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (LocalFolders.Contains(entry.Name))
                continue;
            if (entry is not DirectoryInfo child)
                yield return Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/');
            else if (child.LinkTarget is null)
            {
                foreach (var file in Walk(child))
                    yield return file;
            }
        }
    }
}
