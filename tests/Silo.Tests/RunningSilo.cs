using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Silo.Tests;

/// <summary>The silo as a real process.</summary>
internal sealed class RunningSilo : IDisposable
{
    public const string Key = "ENCRYPTION_KEY";
    public const string Url = "METAGRAINS_DATABASE_URL";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Task<string> _error;

    private RunningSilo(Process process)
    {
        _process = process;
        _error = ListenAsync();
    }

    private async Task<string> ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            _said.Enqueue(line);
        return string.Join('\n', _said);
    }

    /// <summary>Settings of a silo on a database; a null removes a variable.</summary>
    public static Dictionary<string, string?> Settings(string databaseUrl) => new(StringComparer.Ordinal)
    {
        [Url] = databaseUrl,
        [Key] = EncryptionKeys.Generate(),
        ["MetaGrains__Silo__MinimumReminderPeriod"] = "00:00:01",
        ["MetaGrains__Silo__JoinPatience"] = "00:00:05",
        ["LOG_LEVEL"] = "info",
    };

    public static RunningSilo Start(IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        Start(Path.Combine(AppContext.BaseDirectory, "MetaGrains.Silo.dll"), variables, arguments);

    /// <summary>A silo of an engine, which may be another than that of this test.</summary>
    public static RunningSilo StartOn(string engine, IReadOnlyDictionary<string, string?> variables) =>
        Start(BothEnginesFactAttribute.SiloOf(engine), variables, "--listen", "127.0.0.1:0");

    private static RunningSilo Start(string program, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { program },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("META", StringComparison.OrdinalIgnoreCase) || name is Key or "APP_ENV" or "LOG_LEVEL").ToArray())
            start.Environment.Remove(inherited);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new RunningSilo(Process.Start(start)!);
    }

    /// <summary>What it prints when it is up.</summary>
    public async Task<JsonElement> ReadyAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line
            ? JsonDocument.Parse(line).RootElement
            : throw new InvalidOperationException($"The silo ended. It said: {await _error}");
    }

    /// <summary>Waits until it says something to standard error.</summary>
    public Task SaysAsync(string what) =>
        Eventually.TrueAsync(() => Task.FromResult(_said.Any(line => line.Contains(what, StringComparison.Ordinal))), what);

    /// <summary>How it ended and what it said; null while it runs.</summary>
    public string? LastWords => _process.HasExited ? $"{_process.ExitCode}: {(_error.IsCompleted ? _error.Result : "")}" : null;

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("-TERM");

    /// <summary>SIGSTOP: it does nothing, and the kernel takes connections for it, as when its machine is paused.</summary>
    public void Freeze() => Signal("-STOP");

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal("-CONT");

    public void CloseStdin() => _process.StandardInput.Close();

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code, and what it wrote to standard error.</returns>
    public async Task<(int ExitCode, string Error)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return (_process.ExitCode, await _error);
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    public static async Task<TestDatabase> DatabaseAsync() => await (await TestPostgres.SharedAsync()).CreateAsync();
}
