using System.Diagnostics;
using System.Text.Json;

namespace MetaGrains.Cli.Tests.Support;

/// <summary>A verb run as a real process, in an empty checkout of its own.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private static readonly string[] Inherited =
        ["METAGRAINS_API_URL", "METAGRAINS_API_KEY", "METAGRAINS_OPERATOR_KEY", "METAGRAINS_DATABASE_URL", "META_ACCESS_TOKEN", "ENCRYPTION_KEY"];

    /// <summary>The object that <c>--json</c> promises as the last line.</summary>
    public JsonElement Json => JsonDocument.Parse(Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;

    /// <summary>Runs a verb against an API, with its key in the environment.</summary>
    public static Task<CliRun> AgainstAsync(ScriptedApi api, params string[] arguments) =>
        RunAsync(new() { ["METAGRAINS_API_URL"] = api.Url.AbsoluteUri, ["METAGRAINS_API_KEY"] = ScriptedApi.Key }, "", arguments);

    public static async Task<CliRun> RunAsync(Dictionary<string, string?> variables, string input, params string[] arguments)
    {
        using var folder = new EmptyCheckout();
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var word in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "MetaGrains.Cli.dll")))
            start.ArgumentList.Add(word);
        foreach (var name in Inherited)
            start.Environment.Remove(name);
        start.Environment["METAGRAINS_ROOT"] = folder.Path;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException expired)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', arguments)} did not end. It said: {await error}", expired);
        }

        return new CliRun(process.ExitCode, await output, await error);
    }
}
