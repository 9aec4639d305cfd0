using System.Diagnostics;

namespace MetaGrains.Cli.Hosting;

/// <summary>Asks a process to end.</summary>
internal static class Signals
{
    /// <summary>SIGTERM, where there are signals. A process that is gone already is not an error.</summary>
    public static async Task TerminateAsync(int process, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
            return;
        }

        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardError = true };
        foreach (var word in new[] { "-c", "kill -TERM \"$1\"", "sh", $"{process}" })
            start.ArgumentList.Add(word);
        using var kill = Process.Start(start)!;
        await kill.WaitForExitAsync(cancellationToken);
    }
}
