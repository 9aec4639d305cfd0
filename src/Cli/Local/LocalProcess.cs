using System.Diagnostics;
using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Local;

/// <summary>A process of this checkout as it was written down, to be found again by another verb.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Pid">Its process id, which the system gives to another process some day.</param>
/// <param name="StartedAt">When it started: tells it from that other.</param>
internal sealed record LocalProcess(string Name, int Pid, DateTimeOffset StartedAt)
{
    // The system counts in ticks from a boot time that it rounds anew each time.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>This process.</summary>
    public static LocalProcess Current(string name)
    {
        using var me = Process.GetCurrentProcess();
        return new LocalProcess(name, me.Id, new DateTimeOffset(me.StartTime));
    }

    /// <summary>Whether it runs.</summary>
    public bool IsAlive()
    {
        using var found = Find();
        return found is not null;
    }

    /// <summary>Asks it to end, waits, and ends it when it does not.</summary>
    /// <returns>False when it was not running.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!IsAlive())
            return false;
        await Signals.TerminateAsync(Pid, cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        while (IsAlive() && TimeProvider.System.GetElapsedTime(began) < grace)
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        using var stubborn = Find();
        stubborn?.Kill(entireProcessTree: true);
        return true;
    }

    private Process? Find()
    {
        try
        {
            var found = Process.GetProcessById(Pid);
            if (!found.HasExited && (found.StartTime - StartedAt.LocalDateTime).Duration() < Rounding)
                return found;
            found.Dispose();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // There is no such process, or it ended while it was looked at, or it is somebody else's.
        }

        return null;
    }
}
