using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Output;
using MetaGrains.Warehouse.Local;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains down</c>: stops what <c>--keep</c> or <c>up</c> left running.</summary>
internal static class DownVerb
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    // It stops the others itself, one after the other.
    private static readonly TimeSpan OwnerGrace = TimeSpan.FromSeconds(90);

    public static Command Create(Checkout checkout) =>
        Verb.Create("down", "Stop what up or --keep left running here: API, silo, simulator, PostgreSQL. The data stays.", "down", [], async (_, terminal, cancellationToken) =>
        {
            var processes = await StopProcessesAsync(checkout, terminal, cancellationToken);
            var database = await LocalPostgres.StopAsync(DatabaseSession.Options(checkout), cancellationToken);
            if (database)
                terminal.Line("PostgreSQL is stopped; its data stays.");
            if (!database && processes.Count == 0)
                terminal.Line("Nothing was running.");
            terminal.Result(new { Stopped = database || processes.Count > 0, Processes = processes, Database = database });
            return ExitCode.Ok;
        });

    private static async Task<List<string>> StopProcessesAsync(Checkout checkout, Terminal terminal, CancellationToken cancellationToken)
    {
        var stopped = new List<string>();
        if (LocalState.Read(checkout) is not { } state)
            return stopped;
        if (state.Owner is { } owner && await owner.StopAsync(OwnerGrace, cancellationToken))
            stopped.Add(owner.Name);
        foreach (var process in state.Processes.Reverse())
        {
            if (await process.StopAsync(Grace, cancellationToken))
                stopped.Add(process.Name);
        }

        LocalState.Remove(checkout);
        foreach (var name in stopped)
            terminal.Line($"{name} is stopped.");
        return stopped;
    }
}
