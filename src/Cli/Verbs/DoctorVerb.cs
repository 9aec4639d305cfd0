using System.CommandLine;
using MetaGrains.Cli.Doctor;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Accounts;
using Spectre.Console;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains doctor</c>: what is here, what is missing, and what to do about it; on request of one ad account.</summary>
internal static class DoctorVerb
{
    public static Command Create(Checkout checkout) =>
        Verb.Create(
            "doctor", "Check this installation: program, PostgreSQL, schema, keys; with --account one ad account, too.", "doctor --tenant acme --account act_123",
            [
                Verb.Text(ApiVerb.AccountName, "The ad account: token, visibility, whether it is enabled, its rows and breakdowns.", "act_123"),
                Verb.Text(ApiVerb.TenantName, "Its tenant. May be left out where the key sees one tenant alone.", "T"),
                ApiVerb.Url(),
            ],
            async (parsed, terminal, cancellationToken) =>
            {
                if (parsed.GetValue<string>(ApiVerb.AccountName) is null)
                    return Say(await Examination.RunAsync(checkout, terminal, cancellationToken), account: null, terminal);
                using var api = new ApiClient(ApiAccess.Resolve(checkout, parsed.GetValue<string>(ApiVerb.UrlName)), TimeProvider.System);
                var session = new ApiSession(checkout, parsed, terminal, api, cancellationToken);
                var account = AdAccountId.Parse(session.Account!);
                var examination = new AccountExamination(api, await session.TenantAsync(), account);
                return Say(await Examination.RunAsync(checkout, terminal, examination, cancellationToken), account, terminal);
            });

    private static int Say(ExaminationReport report, AdAccountId? account, Terminal terminal)
    {
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
            Account = account?.ToString(),
            Checks = report.Findings,
        });
        return report.Healthy ? ExitCode.Ok : ExitCode.Failed;
    }
}
