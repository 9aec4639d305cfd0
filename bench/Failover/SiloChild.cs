using System.Diagnostics;
using System.Text.Json;

namespace MetaGrains.Bench.Failover;

/// <summary>A silo as operators run it: the product's own process.</summary>
internal sealed class SiloChild : IDisposable
{
    private readonly Process _process;

    private SiloChild(Process process) => _process = process;

    /// <summary>Starts one, which answers for Meta itself, and waits until it has joined.</summary>
    public static async Task<SiloChild> StartAsync(string engine, string databaseUrl, string encryptionKey)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in new[] { Program(engine), "--listen", "127.0.0.1:0", "--stop-with-stdin" })
            start.ArgumentList.Add(word);
        (start.Environment["METAGRAINS_DATABASE_URL"], start.Environment["ENCRYPTION_KEY"]) = (databaseUrl, encryptionKey);
        (start.Environment["META_STUB_MODE"], start.Environment["LOG_LEVEL"]) = ("1", "error");
        var silo = new SiloChild(Process.Start(start)!);
        var ready = await silo._process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The silo ended before it was ready; it said why above.");
        using var _ = JsonDocument.Parse(ready);
        return silo;
    }

    /// <summary>SIGKILL: nothing is said, nothing is written.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to leave and waits until it has.</summary>
    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    // Beside this program in the checkout: …/bench/bin/<engine>/Release/<framework>/.
    private static string Program(string engine)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "src", "Silo", "bin", engine, output.Parent.Name, output.Name, "MetaGrains.Silo.dll");
    }
}
