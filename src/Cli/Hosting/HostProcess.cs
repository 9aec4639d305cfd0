using System.Diagnostics;
using System.Text.Json;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Hosting;

/// <summary>
/// A process that this one has started, and that has said on standard output that it is ready. Its log goes straight
/// to a file, so nothing is lost when this process is. It stops with this process, unless it was told to outlive it.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    // The shell becomes the program, so the process id is the program's. An interrupt at the terminal is for this
    // process alone, which then stops the others in order.
    private const string Script = "trap '' INT; exec 2>>\"$METAGRAINS_PROCESS_LOG\"; unset METAGRAINS_PROCESS_LOG; exec \"$@\"";
    private const string ScriptAlone = "trap '' INT HUP; exec 2>>\"$METAGRAINS_PROCESS_LOG\" </dev/null; unset METAGRAINS_PROCESS_LOG; exec \"$@\"";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan GraceAfterSignal = TimeSpan.FromSeconds(5);

    private readonly HostCommand _command;
    private readonly Process _process;
    private readonly long _logStart;
    private readonly Task _exit;
    private bool _stopping;

    private HostProcess(HostCommand command, Process process, long logStart)
    {
        (_command, _process, _logStart) = (command, process, logStart);
        _exit = process.WaitForExitAsync();
    }

    /// <summary>What people call it.</summary>
    public string Name => _command.Name;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>When it started, as the system remembers it; only while it runs.</summary>
    public DateTimeOffset StartedAt => new(_process.StartTime);

    /// <summary>The object that it printed when it was ready.</summary>
    public JsonElement Ready { get; private set; }

    /// <summary>Completes when it has ended.</summary>
    public Task Ended => _exit;

    /// <summary>Starts a process and waits until it is ready.</summary>
    /// <exception cref="CliException">It ended before, or was not ready in time; it is gone then.</exception>
    public static async Task<HostProcess> StartAsync(HostCommand command, CancellationToken cancellationToken)
    {
        var logStart = File.Exists(command.LogFile) ? new FileInfo(command.LogFile).Length : 0;
        var host = new HostProcess(command, Launch(command), logStart);
        try
        {
            await host.WaitReadyAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>What to tell a person after it has ended by itself.</summary>
    public CliException Explain(string when)
    {
        var lines = LogTail.Read(_command.LogFile, _logStart);
        // A host that cannot start says why in one line.
        if (_process.ExitCode is ExitCode.BadInput or ExitCode.Unavailable && lines.Count > 0)
            return new CliException(_process.ExitCode, $"{Name}: {lines[^1]}");
        var said = lines.Count == 0 ? "It said nothing." : $"Its last lines:\n  {string.Join("\n  ", lines)}";
        return CliException.Unavailable($"{Name} ended {when} with exit code {_process.ExitCode}. {said}\nIts log is {_command.LogFile}.");
    }

    /// <summary>Asks it to stop, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
            return;
        _stopping = true;
        if (!_exit.IsCompleted)
            await StopAsync();
        _process.Dispose();
    }

    private async Task StopAsync()
    {
        if (!_command.Outlives)
            _process.StandardInput.Close();
        if (!_command.Outlives && await EndsWithinAsync(Grace))
            return;
        await Signals.TerminateAsync(_process.Id, CancellationToken.None);
        if (await EndsWithinAsync(_command.Outlives ? Grace : GraceAfterSignal))
            return;
        _process.Kill(entireProcessTree: true);
        await _exit;
    }

    private async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        await Task.WhenAny(_exit, Task.Delay(time, TimeProvider.System, CancellationToken.None));
        return _exit.IsCompleted;
    }

    private async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_command.ReadyWithin);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(deadline.Token) is { } line)
            {
                if (!SaysReady(line, out var ready))
                    continue;
                Ready = ready;
                _ = DropOutputAsync();
                return;
            }

            await _exit.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var lines = LogTail.Read(_command.LogFile, _logStart);
            throw CliException.Unavailable(
                $"{Name} was not ready within {_command.ReadyWithin.TotalSeconds:0} s{(lines.Count == 0 ? "" : $"; its last lines:\n  {string.Join("\n  ", lines)}\n")}. Its log is {_command.LogFile}.");
        }

        throw Explain("before it was ready");
    }

    // A full pipe would stop it.
    private async Task DropOutputAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is not null)
            {
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has been stopped.
        }
    }

    private static bool SaysReady(string line, out JsonElement ready)
    {
        ready = default;
        if (!line.StartsWith('{'))
            return false;
        try
        {
            using var document = JsonDocument.Parse(line);
            ready = document.RootElement.Clone();
            return ready.TryGetProperty("ready", out var value) && value.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Process Launch(HostCommand command)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(command.LogFile)!);
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = !command.Outlives,
            RedirectStandardOutput = true,
        };
        foreach (var word in new[] { "-c", command.Outlives ? ScriptAlone : Script, "sh" }.Concat(command.Words))
            start.ArgumentList.Add(word);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        start.Environment["METAGRAINS_PROCESS_LOG"] = command.LogFile;
        return Process.Start(start)!;
    }
}
