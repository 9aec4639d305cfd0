using System.Diagnostics;
using System.Text.Json;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>The command line as a real process.</summary>
internal sealed class CliProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    private CliProcess(Process process)
    {
        _process = process;
        _out = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a verb. A variable whose value is null is removed.</summary>
    public static CliProcess Start(string root, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MetaGrains.Cli.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var inherited in new[] { "METAGRAINS_DATABASE_URL", "ENCRYPTION_KEY", "META_API_VERSION", "METAGRAINS_POSTGRES_BIN", "METAGRAINS_OPERATOR_KEY", "METAGRAINS_API_KEY", "METAGRAINS_API_URL" })
            start.Environment.Remove(inherited);
        start.Environment["METAGRAINS_ROOT"] = root;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new CliProcess(Process.Start(start)!);
    }

    public static async Task<CliResult> RunAsync(string root, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        using var process = Start(root, variables, arguments);
        return await process.EndAsync();
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill() => _process.Kill();

    public async Task<CliResult> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException expired)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The verb did not end within {Deadline}. It said: {await _error}", expired);
        }

        return new CliResult(_process.ExitCode, await _out, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}

internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>The object that <c>--json</c> promises as the last line of standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;

    /// <summary>Lines of standard error that are not progress.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("PostgreSQL 1", StringComparison.Ordinal))];
}
