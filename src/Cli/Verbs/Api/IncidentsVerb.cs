using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains incidents</c>: the same new error on many ad accounts at once, and how far it is over.</summary>
internal static class IncidentsVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "incidents", "List incidents of Meta's that last: the same new error on many ad accounts at once; exit code 1 while there is one.",
            "incidents --all", ApiScope.All,
            [
                Verb.Text(ApiVerb.TenantName, "Only those whose error ad accounts of this tenant have now; slug or id.", "T"),
                Verb.Flag("--all", "Those that are over, too."),
                Verb.Number("--limit", "At most so many, the newest first.", 100, 1, 1_000_000),
            ],
            RunAsync);

    private static async Task<int> RunAsync(ApiSession session)
    {
        var path = Routes.With(Routes.Incidents, ("open", session.Value<bool>("--all") ? null : "true"), ("tenant", session.Value<string>(ApiVerb.TenantName)));
        var incidents = await session.Api.ListAsync<Incident>(path, session.Cancellation, session.Value<int>("--limit"));
        session.Terminal.Table(
            [">id", "error", "since", "over", "by", ">accounts", ">tries", "next try", "what Meta said"],
            incidents.Select(incident => new[]
            {
                Cell(incident.Id), Name(incident.Error), Cell(incident.OpenedAt), Cell(incident.ClosedAt), Cell(incident.ClosedBy), Cell(incident.Accounts),
                Cell(incident.Probes), Cell(incident.NextProbeAt), Cell(incident.Error.Message),
            }));
        var open = incidents.Count(incident => incident.ClosedAt is null);
        session.Terminal.Line(open == 0
            ? "No incident lasts."
            : $"{open} {(open == 1 ? "incident lasts" : "incidents last")}: its ad accounts make no call, and go on by themselves once one of them succeeds.");
        session.Terminal.Result(new { Open = open, Data = incidents });
        return open == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Name(IncidentError error) => error.Code is not { } code ? "no usable answer" : error.Subcode is { } subcode ? $"{code}/{subcode}" : $"{code}";
}
