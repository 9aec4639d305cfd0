using System.Diagnostics;
using System.Globalization;

namespace MetaGrains.Warehouse.Tests.Local;

/// <summary>A test that mounts a small disk, reported as skipped where this process may not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private const int SysAdmin = 21;

    public MountFactAttribute()
    {
        if (!MayMount())
            Skip = "Only a process with CAP_SYS_ADMIN on Linux mounts a disk.";
    }

    private static bool MayMount()
    {
        if (!File.Exists("/proc/self/status"))
            return false;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return (long.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1L << SysAdmin)) != 0;
    }
}

/// <summary>A disk in memory of a few megabytes, which the test server may write to.</summary>
internal sealed class TinyDisk : IAsyncDisposable
{
    private TinyDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static async Task<TinyDisk> MountAsync(int megabytes, string ownedLike)
    {
        var folder = Directory.CreateTempSubdirectory("tiny-disk").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        await RunAsync("chown", $"--reference={ownedLike}", folder);
        return new TinyDisk(folder);
    }

    public Task GrowAsync(int megabytes) => RunAsync("mount", "-o", $"remount,size={megabytes}m", Folder);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
