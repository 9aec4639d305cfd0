using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MetaGrains.Testing;

namespace MetaGrains.GraphSimulator.Tests;

/// <summary>
/// Meta's own Node SDK, installed once per version of its lock file into a folder of the user's, by whichever process
/// comes first.
/// </summary>
internal static partial class NodeSdkInstall
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly Lazy<string?> WhyNot = new(Install);

    /// <summary>Where the script and the lock file are.</summary>
    public static string Sources { get; } = Path.Combine(RepositoryRoot.Path, "tests", "GraphSimulator.Tests", "NodeSdk");

    /// <summary>Why it cannot be used here; null when it can.</summary>
    public static string? Missing => WhyNot.Value;

    private static string Target { get; } = Path.Combine(
        Path.GetTempPath(),
        $"metagrains-node-{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Sources, "package-lock.json"))))[..16]}");

    public static string Modules => Path.Combine(Target, "node_modules");

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Deadline}.", e);
        }

        return (process.ExitCode, await output + await errors);
    }

    private static string? Install()
    {
        var npm = OnPath("npm");
        if (npm is null || OnPath("node") is null)
            return "Node.js and npm are not installed; Meta's SDK cannot run.";
        Directory.CreateDirectory(Target);
        return InstallAsync(npm).GetAwaiter().GetResult();
    }

    private static async Task<string?> InstallAsync(string npm)
    {
        await using var turn = await TakeTurnAsync();
        var ready = Path.Combine(Target, "ready");
        if (File.Exists(ready))
            return null;
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(Sources, file), Path.Combine(Target, file), overwrite: true);
        var (exitCode, output) = await RunAsync(npm, Target, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        if (exitCode == 0)
        {
            await File.WriteAllTextAsync(ready, "");
            return null;
        }

        // Anything but an absent registry is a fault of ours, and no reason to skip.
        return Unreachable().Match(output) is { Success: true } match
            ? $"npm cannot reach a registry with Meta's SDK ({match.Value})."
            : throw new InvalidOperationException($"npm ci failed: {output}");
    }

    // The operating system frees the lock of a process that dies.
    private static async Task<FileStream> TakeTurnAsync()
    {
        FileStream? turn = null;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    turn = new FileStream(Path.Combine(Target, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                    return Task.FromResult(true);
                }
                catch (IOException)
                {
                    return Task.FromResult(false);
                }
            },
            "another process finished installing Meta's SDK");
        return turn!;
    }

    private static string? OnPath(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [$"{program}.cmd", $"{program}.exe"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    [GeneratedRegex("ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|E401|E403|E404|ERR_SOCKET_TIMEOUT", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Unreachable();
}

/// <summary>A test that needs Meta's Node SDK, reported as skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeSdkTheoryAttribute : TheoryAttribute
{
    public NodeSdkTheoryAttribute() => Skip = NodeSdkInstall.Missing;
}
