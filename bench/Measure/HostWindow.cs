using System.Globalization;

namespace MetaGrains.Bench.Measure;

/// <summary>What the machine was and did while a benchmark ran.</summary>
internal sealed class HostWindow
{
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly (long Steal, long Total) _cpu = Cpu();

    private HostWindow()
    {
    }

    public static HostWindow Open() => new();

    public IEnumerable<(string Name, object? Value)> Close(string engine)
    {
        var now = Cpu();
        var total = now.Total - _cpu.Total;
        return
        [
            ("host", Processor()),
            ("cores", Environment.ProcessorCount),
            ("engine", engine),
            ("seconds", Math.Round(TimeProvider.System.GetElapsedTime(_started).TotalSeconds, 1)),
            ("steal_pct", total > 0 ? Math.Round(100.0 * (now.Steal - _cpu.Steal) / total, 2) : null),
        ];
    }

    // "cpu user nice system idle iowait irq softirq steal …", in clock ticks since boot.
    private static (long Steal, long Total) Cpu()
    {
        if (!File.Exists("/proc/stat"))
            return default;
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[7], ticks[..8].Sum());
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown";
}
