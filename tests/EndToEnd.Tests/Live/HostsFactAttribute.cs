using System.Diagnostics;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A test on hosts of its own, reported as skipped where the system lets nobody make them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Possible = new(Try);

    public HostsFactAttribute()
    {
        if (!Possible.Value)
            Skip = "No network namespaces here: they need Linux, root and the program ip.";
    }

    private static bool Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        var name = $"mgtry{Environment.ProcessId}";
        return Run($"netns add {name}") && Run($"-n {name} link add try type veth peer name try2") && Run($"netns del {name}");
    }

    private static bool Run(string words)
    {
        try
        {
            using var ip = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true, UseShellExecute = false })!;
            ip.WaitForExit();
            return ip.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
