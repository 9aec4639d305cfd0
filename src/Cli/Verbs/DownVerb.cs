using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Warehouse.Local;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains down</c>: stops what <c>--keep</c> left running.</summary>
internal static class DownVerb
{
    public static Command Create(Checkout checkout) =>
        Verb.Create("down", "Stop the private PostgreSQL server that --keep left running. Its data stays.", [], async (_, terminal, cancellationToken) =>
        {
            var stopped = await LocalPostgres.StopAsync(DatabaseSession.Options(checkout), cancellationToken);
            terminal.Line(stopped ? "PostgreSQL is stopped; its data stays." : "Nothing was running.");
            terminal.Result(new { Stopped = stopped });
            return ExitCode.Ok;
        });
}
