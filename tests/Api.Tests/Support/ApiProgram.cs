using System.Diagnostics;
using MetaGrains.Api.Hosting;
using MetaGrains.Testing;

namespace MetaGrains.Api.Tests.Support;

/// <summary>The API as a process of its own.</summary>
internal sealed class ApiProgram : IDisposable
{
    private readonly Process _process;

    private ApiProgram(Process process) => _process = process;

    public StreamWriter Input => _process.StandardInput;

    public int Id => _process.Id;

    public static ApiProgram Start(TestDatabase database, string[] arguments, params (string Name, string? Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                [ApiSettings.DatabaseUrlKey] = database.Url,
                [ApiSettings.OperatorKeyKey] = ApiSystem.OperatorKey,
                [ApiSettings.EncryptionKeyKey] = new string('a', 64),
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MetaGrains.Api.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new ApiProgram(Process.Start(start)!);
    }

    public Task<string?> LineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var (output, error) = (_process.StandardOutput.ReadToEndAsync(deadline.Token), _process.StandardError.ReadToEndAsync(deadline.Token));
        await _process.WaitForExitAsync(deadline.Token);
        return (_process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
