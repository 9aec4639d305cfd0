using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Time;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains freshness</c>: how old each stream is, and whether that is older than promised.</summary>
internal static class FreshnessVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "freshness", "Show how fresh the data of a tenant or an ad account is; exit code 1 when something is behind its promise.",
            "freshness --tenant acme --behind", ApiScope.TenantOrAccount, [Verb.Flag("--behind", "Only what is behind its promise.")], RunAsync);

    private static async Task<int> RunAsync(ApiSession session)
    {
        var path = Routes.With(
            Routes.Freshness(await session.TenantAsync()), ("account", session.Account), ("behind", session.Value<bool>("--behind") ? "true" : null));
        var marks = await session.Api.ListAsync<FreshnessMark>(path, session.Cancellation);
        session.Terminal.Table(
            ["account", "stream", "newest day", "last read", ">age", ">promised", "", "health"],
            marks.Select(mark => new[]
            {
                mark.AdAccountId, Cell(mark.Stream), mark.LatestDataDate is { } day ? DateRange.Iso(day) : "-", Cell(mark.LastSyncedAt),
                Age(mark.LagSeconds), Age(mark.PromisedSeconds), mark.Behind switch { true => "BEHIND", false => "fresh", null => "not synced" }, mark.Health,
            }));
        var behind = marks.Count(mark => mark.Behind == true);
        session.Terminal.Line(behind == 0 ? "Nothing is behind its promise." : $"{behind} streams are behind their promise: ./metagrains explain --account ID says why.");
        session.Terminal.Result(new { Behind = behind, Data = marks });
        return behind == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Age(long? seconds) => seconds is not { } all ? "-"
        : all < 3600 ? $"{all / 60} min"
        : all < 2 * 86_400 ? $"{all / 3600} h {all % 3600 / 60} min"
        : $"{all / 86_400} days";
}
