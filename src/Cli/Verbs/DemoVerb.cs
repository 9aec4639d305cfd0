using System.CommandLine;
using MetaGrains.Cli.Demo;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains demo</c>: everything local, sync, show the result from SQL, stop.</summary>
internal static class DemoVerb
{
    public static Command Create(Checkout checkout)
    {
        var inProcess = new Option<bool>("--in-process") { Description = "Simulator and sync in this one process, over real HTTP on loopback." };
        var accounts = Verb.Number("--accounts", "Number of generated ad accounts.", 5, 1, 100_000);
        var seed = Verb.Number("--seed", "Seed of the generated data.", 1, 0, int.MaxValue);
        var data = new Option<string?>("--data") { Description = "Sync the recorded real account of this folder instead of generated ones.", HelpName = "DIR" };
        var account = new Option<string?>("--account") { Description = "Sync this ad account alone.", HelpName = "act_123" };
        var since = Verb.Day("--since", "First day. Default: 28 complete days up to yesterday, in each account's own zone.");
        var until = Verb.Day("--until", "Last day.");
        var parallel = Verb.Number("--parallel", "Accounts synced at the same time.", 4, 1, 64);
        var keep = new Option<bool>("--keep") { Description = "Leave PostgreSQL up afterwards; ./metagrains down stops it." };
        return Verb.Create(
            "demo",
            "Start everything locally, sync the accounts, compare SQL with the source to the cent, stop.",
            [inProcess, accounts, seed, data, account, since, until, parallel, keep],
            async (parsed, terminal, cancellationToken) =>
            {
                if (!parsed.GetValue(inProcess))
                    throw CliException.BadInput("This version runs the demo in one process: add --in-process.");
                var request = new DemoRequest(
                    parsed.GetValue(accounts), parsed.GetValue(seed), parsed.GetValue(data), parsed.GetValue(account),
                    parsed.GetValue(since), parsed.GetValue(until), parsed.GetValue(parallel));
                request.Validate();
                var keys = Settings.Keys(checkout);
                await using var session = await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
                var result = await new InProcessDemo(terminal, session.Url, keys).RunAsync(request, cancellationToken);
                DemoTable.Print(result, terminal);
                if (parsed.GetValue(keep))
                    session.Keep();
                if (parsed.GetValue(keep) && session.IsPrivate)
                    terminal.Line($"PostgreSQL stays up: psql '{session.Url}'   (stop it with ./metagrains down)");
                terminal.Result(result.Summary(session.Url));
                return result.Match ? ExitCode.Ok : ExitCode.Failed;
            });
    }
}
