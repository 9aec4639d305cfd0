using System.CommandLine;
using System.Diagnostics;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Verbs.Api;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains silo</c> and <c>api</c>: one host in the foreground, for operators and containers.</summary>
internal static class HostVerb
{
    private const string StopName = "--stop-with-stdin";

    public static IEnumerable<Command> Create(Checkout checkout)
    {
        var silo = Create(
            checkout, "Silo", "silo", "Run a silo, the host of the grains, until Ctrl-C.", "silo --listen 127.0.0.1:30000",
            Verb.Text("--listen", "Where its gateway listens; port 0 takes a free one.", "HOST:PORT"),
            Verb.Text("--advertise", "What others connect to, where that is another address.", "HOST:PORT"));
        silo.Add(DrainVerb.Create(checkout));
        yield return silo;
        yield return Create(
            checkout, "Api", "api", "Run the REST API until Ctrl-C.", "api --urls http://127.0.0.1:8080",
            Verb.Text("--urls", "Where to listen; port 0 takes a free one. Default: http://127.0.0.1:8080.", "URL"));
    }

    /// <summary>The option that makes a process end with the one that started it.</summary>
    public static Option<bool> StopWithStdin() => Verb.Flag(StopName, "Stop when standard input ends, so that no process outlives the one that started it.");

    private static Command Create(Checkout checkout, string part, string name, string description, string example, params Option<string?>[] options) =>
        Verb.Create(name, description, example, [.. options, StopWithStdin()], async (parsed, terminal, cancellationToken) =>
        {
            var program = SiblingHost.Find(checkout, part);
            await using var session = await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
            List<string> arguments = [];
            foreach (var option in options)
            {
                if (parsed.GetValue(option) is { } value)
                    arguments.AddRange([option.Name, value]);
            }

            using var ends = parsed.GetValue<bool>(StopName) ? StandardInput.EndsWith(cancellationToken) : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return await RunAsync(program, arguments, HostEnvironment.Complete(checkout, session), ends.Token);
        });

    // The host writes to this process's own streams; closing its standard input asks it to stop.
    private static async Task<int> RunAsync(
        string program, IEnumerable<string> arguments, Dictionary<string, string?> variables, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(HostCommand.Runtime) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var word in arguments.Prepend(program).Append(StopName))
            start.ArgumentList.Add(word);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var stop = cancellationToken.Register(process.StandardInput.Close);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
