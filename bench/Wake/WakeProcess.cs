using System.Diagnostics;
using System.Globalization;

namespace MetaGrains.Bench.Wake;

/// <summary>The starter's end of a <see cref="WakeChild"/>.</summary>
internal sealed class WakeProcess : IDisposable
{
    private readonly Process _process;

    private WakeProcess(Process process) => _process = process;

    /// <summary>CPU of the process since its start.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<WakeProcess> StartAsync(string contestant, string databaseUrl, WakePlan plan, int room)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in WakeChild.Words(contestant, plan, room).Prepend(WakeChild.Name).Prepend(typeof(WakeProcess).Assembly.Location))
            start.ArgumentList.Add(word);
        start.Environment["METAGRAINS_DATABASE_URL"] = databaseUrl;
        var process = new WakeProcess(Process.Start(start)!);
        await process.AnswerAsync();
        return process;
    }

    public Task PrepareAsync() => AskAsync("prepare");

    public Task BeginAsync() => AskAsync("begin");

    public Task OpenAsync(DateTimeOffset from, DateTimeOffset until) => AskAsync($"open {from.ToUnixTimeMilliseconds()} {until.ToUnixTimeMilliseconds()}");

    public async Task<(int Wakes, int IdleTicks)> CountAsync()
    {
        var words = (await AskAsync("count")).Split(' ');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Bytes that live after a collection, over those before anything was registered.</summary>
    public async Task<long> WeighAsync() => long.Parse(await AskAsync("weigh"), CultureInfo.InvariantCulture);

    public async Task<List<Woken>> WakesAsync()
    {
        var path = Path.GetTempFileName();
        try
        {
            await AskAsync($"save {path}");
            return [.. WakeTally.Load(path)];
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync();
    }

    private async Task<string> AnswerAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A process of the benchmark ended; it said why above.");
}
