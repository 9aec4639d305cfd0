using System.Collections.Concurrent;
using System.Diagnostics;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>A silo in another process, to be frozen, thawed and killed.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private SiloProcess(Process process) => _process = process;

    public string Silo { get; private set; } = "";

    /// <summary>What it has written.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public static async Task<SiloProcess> StartAsync(TestDatabase database)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(SiloProgram).Assembly.Location);
        start.ArgumentList.Add(DatabaseCluster.ConnectionString(database));
        var silo = new SiloProcess(Process.Start(start)!);
        silo._process.OutputDataReceived += (_, line) => silo._lines.Enqueue(line.Data ?? "");
        silo._process.BeginOutputReadLine();
        await Wait.UntilAsync(() => silo._process.HasExited || !silo._lines.IsEmpty, "the silo runs");
        silo.Silo = silo._lines.First();
        return silo;
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public Task TerminateAsync() => SignalAsync("TERM");

    public void Kill() => _process.Kill();

    public async Task<int> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
