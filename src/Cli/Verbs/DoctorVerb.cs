using System.CommandLine;
using MetaGrains.Cli.Doctor;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using Spectre.Console;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains doctor</c>: what is here, what is missing, and what to do about it.</summary>
internal static class DoctorVerb
{
    public static Command Create(Checkout checkout) =>
        Verb.Create("doctor", "Check this installation: program, PostgreSQL, schema, keys.", [], async (_, terminal, cancellationToken) =>
        {
            var report = await Examination.RunAsync(checkout, terminal, cancellationToken);
            var table = new Table().Border(TableBorder.Rounded).AddColumns("check", "", "finding");
            foreach (var finding in report.Findings)
                table.AddRow(finding.Check, finding.Good ? "[green]good[/]" : "[red]BAD[/]", finding.Text.EscapeMarkup());
            terminal.Console.Write(table);
            terminal.Line(report.Healthy ? "All good." : "Something needs you: see above.");
            terminal.Result(new
            {
                report.Healthy,
                Engine = BuildInfo.GrainEngine,
                report.SchemaMode,
                report.DatabaseUrl,
                Checks = report.Findings,
            });
            return report.Healthy ? ExitCode.Ok : ExitCode.Failed;
        });
}
