using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A silo or an API as a real process, from its ready line to its death.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What the process wrote to standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Whether it has ended, by whatever cause.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a host and waits until it says that it is ready.</summary>
    /// <returns>The process, and its ready line.</returns>
    public static Task<(HostProcess Process, JsonElement Ready)> StartAsync(
        string assembly, IReadOnlyDictionary<string, string> variables, params string[] arguments) => StartAsync([], assembly, variables, arguments);

    /// <param name="under">The words of a program that runs it.</param>
    /// <param name="assembly">The host's file.</param>
    /// <param name="variables">Its environment, beside what it inherits.</param>
    /// <param name="arguments">Its command line.</param>
    /// <returns>The process, and its ready line.</returns>
    public static async Task<(HostProcess Process, JsonElement Ready)> StartAsync(
        string[] under, string assembly, IReadOnlyDictionary<string, string> variables, string[] arguments)
    {
        string[] words = [.. under, "dotnet"];
        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in words[1..])
            start.ArgumentList.Add(word);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var host = new HostProcess(Process.Start(start)!);
        try
        {
            return (host, await host._ready.Task.WaitAsync(Deadline));
        }
        catch (Exception late)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"{assembly} did not get ready. It said: {host.Log}", late);
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndedAsync();
    }

    /// <summary>SIGSTOP: it keeps its connections and does nothing, until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Ends it in order, by closing its standard input.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await EndedAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private Task EndedAsync() => _process.WaitForExitAsync().WaitAsync(Deadline);

    private void Take(string? line)
    {
        if (line is null)
            _ready.TrySetException(new InvalidOperationException("Its standard output ended."));
        else if (line.StartsWith('{'))
            _ready.TrySetResult(JsonDocument.Parse(line).RootElement);
    }

    private void Remember(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
