using System.CommandLine;
using MetaGrains.Cli.Demo;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains demo</c>: everything local, sync, show the result from SQL, stop.</summary>
internal static class DemoVerb
{
    public static Command Create(Checkout checkout)
    {
        var inProcess = Verb.Flag("--in-process", "Simulator and sync in this one process, over real HTTP on loopback, without grains.");
        var accounts = Verb.Number("--accounts", "Number of generated ad accounts.", 5, 1, 100_000);
        var seed = Verb.Number("--seed", "Seed of the generated data.", 1, 0, int.MaxValue);
        var data = Verb.Text("--data", "Sync the recorded real account of this folder instead of generated ones.", "DIR");
        var account = Verb.Text("--account", "Sync this ad account alone.", "act_123");
        var since = Verb.Day("--since", "First day. Default: 28 complete days up to yesterday, in each account's own zone.");
        var until = Verb.Day("--until", "Last day.");
        var parallel = Verb.Number("--parallel", "With --in-process: accounts synced at the same time.", 4, 1, 64);
        var keep = Verb.Flag("--keep", "Leave everything up afterwards; ./metagrains down stops it.");
        return Verb.Create(
            "demo",
            "Start everything locally, sync the accounts, compare SQL with the source to the cent, stop.",
            "demo --accounts 20",
            [inProcess, accounts, seed, data, account, since, until, parallel, keep],
            (parsed, terminal, cancellationToken) =>
            {
                var request = new DemoRequest(
                    parsed.GetValue(accounts), parsed.GetValue(seed), parsed.GetValue(data), parsed.GetValue(account),
                    parsed.GetValue(since), parsed.GetValue(until), parsed.GetValue(parallel));
                request.Validate();
                return parsed.GetValue(inProcess)
                    ? InProcessAsync(checkout, terminal, request, parsed.GetValue(keep), cancellationToken)
                    : InProcessesAsync(checkout, terminal, request, parsed.GetValue(keep), cancellationToken);
            });
    }

    private static async Task<int> InProcessAsync(Checkout checkout, Terminal terminal, DemoRequest request, bool keep, CancellationToken cancellationToken)
    {
        var keys = Settings.Keys(checkout);
        await using var session = await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
        var result = await new InProcessDemo(terminal, session.Url, keys).RunAsync(request, cancellationToken);
        DemoTable.Print(result, terminal);
        if (keep)
            session.Keep();
        if (keep && session.IsPrivate)
            terminal.Line($"PostgreSQL stays up: psql '{session.Url}'   (stop it with ./metagrains down)");
        return End(result, session.Url, terminal);
    }

    private static async Task<int> InProcessesAsync(Checkout checkout, Terminal terminal, DemoRequest request, bool keep, CancellationToken cancellationToken)
    {
        await using var system = await LocalSystem.StartAsync(
            checkout, terminal, new LocalSystemRequest("demo", request.SimulatorArguments(), "http://127.0.0.1:0", Outlives: keep), cancellationToken);
        var result = await system.WatchAsync(stop => new ProcessDemo(terminal, system).RunAsync(request, stop), cancellationToken);
        DemoTable.Print(result, terminal);
        if (keep)
        {
            system.Announce(owner: null);
            terminal.Line($"Everything stays up, the API at {system.Api.Url} (docs at {system.Api.Url}docs), until ./metagrains down.");
            terminal.Line("Try: ./metagrains status; ./metagrains accounts; ./metagrains cluster");
            terminal.Line($"     psql '{system.DatabaseUrl}'");
        }

        return End(result, system.DatabaseUrl, terminal);
    }

    private static int End(DemoResult result, string databaseUrl, Terminal terminal)
    {
        terminal.Result(result.Summary(databaseUrl));
        return result.Match ? ExitCode.Ok : ExitCode.Failed;
    }
}
