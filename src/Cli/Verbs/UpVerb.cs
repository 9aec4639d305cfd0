using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains up</c>: everything local until Ctrl-C.</summary>
internal static class UpVerb
{
    private const int DefaultPort = 8080;

    public static Command Create(Checkout checkout)
    {
        var silos = Verb.Number("--silos", "Number of silos.", 1, 1, 16);
        var graph = Verb.OneOf("--graph", "stub: a simulator on this machine. real: Meta, or META_API_BASE_URL. Default: stub.", "stub", "real");
        var accounts = Verb.Number("--accounts", "Ad accounts of the simulator.", 5, 1, 100_000);
        var seed = Verb.Number("--seed", "Seed of the simulator's data.", 1, 0, int.MaxValue);
        var port = Verb.OptionalNumber("--port", $"Port of the API. Default: {DefaultPort}, or a free one where that is taken.", 0, 65_535);
        var urls = Verb.Text("--urls", "Where the API listens, instead of --port.", "URL");
        return Verb.Create("up", "Run everything on this machine until Ctrl-C: PostgreSQL, a simulator, silos, the API.", "up --accounts 20", [silos, graph, accounts, seed, port, urls], async (parsed, terminal, cancellationToken) =>
        {
            if (parsed.GetValue(port) is not null && parsed.GetValue(urls) is not null)
                throw CliException.BadInput("Give --port or --urls, not both.");
            string[]? simulator = parsed.GetValue(graph) == "real"
                ? null
                : ["--accounts", $"{parsed.GetValue(accounts)}", "--seed", $"{parsed.GetValue(seed)}", "--urls", "http://127.0.0.1:0"];
            var listen = parsed.GetValue(urls) ?? $"http://127.0.0.1:{parsed.GetValue(port) ?? (IsFree(DefaultPort) ? DefaultPort : 0)}";
            await using var system = await LocalSystem.StartAsync(checkout, terminal, new LocalSystemRequest("up", simulator, listen, Outlives: false) { Silos = parsed.GetValue(silos) }, cancellationToken);
            system.Announce(LocalProcess.Current("up"));
            try
            {
                Say(system, terminal);
                return await system.WatchAsync(UntilStoppedAsync, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                terminal.Progress("stopping");
                return ExitCode.Ok;
            }
            finally
            {
                LocalState.Remove(checkout);
            }
        });
    }

    private static async Task<int> UntilStoppedAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return ExitCode.Ok;
    }

    private static void Say(LocalSystem system, Terminal terminal)
    {
        terminal.Line($"API       {system.Api.Url}");
        terminal.Line($"docs      {system.Api.Url}docs");
        terminal.Line($"database  psql '{system.DatabaseUrl}'");
        terminal.Line("key       .metagrains/operator.key; the verbs below find it and the API by themselves");
        if (system.Graph is { } graph)
            terminal.Line($"Graph     simulator at {graph}, access token {system.GraphToken}");
        terminal.Line("");
        terminal.Line("Next, in another terminal:");
        terminal.Line("  ./metagrains tenants create --slug acme --name Acme --currency EUR --several-currencies");
        terminal.Line(system.GraphToken is { } token
            ? $"  META_ACCESS_TOKEN={token} ./metagrains connect --tenant acme --enable"
            : "  ./metagrains connect --tenant acme --token-file FILE --enable");
        terminal.Line("  ./metagrains status; ./metagrains accounts; ./metagrains cluster");
        terminal.Line("Ctrl-C, or ./metagrains down, stops everything; the data stays.");
        terminal.Result(new { Ready = true, system.Api.Url, GraphUrl = system.Graph, system.GraphToken, system.DatabaseUrl });
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
