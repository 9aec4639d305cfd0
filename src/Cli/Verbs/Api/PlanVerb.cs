using System.CommandLine;
using System.Globalization;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains plan</c>: what a tenant's accounts cost, and what more of them would.</summary>
internal static class PlanVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "plan", "Say what a tenant's ad accounts cost, and what more of them would; exit code 1 when the budget does not suffice.",
            "plan --tenant acme --add-accounts 400 --tier high --breakdowns country", ApiScope.Tenant,
            [
                Verb.OptionalNumber("--add-accounts", "Ad accounts that are added to those there are.", 0, 1_000_000),
                Verb.Text("--tier", "Their tier. Default: medium.", "TIER"),
                Verb.Text("--breakdowns", "Campaign reports that all ad accounts read once a day besides: age_gender, country, placement, region, device.", "LIST"),
                Verb.OptionalNumber("--backfill-months", "Old months that are read of each ad account that is added.", 0, 37),
            ],
            RunAsync);

    private static async Task<int> RunAsync(ApiSession session)
    {
        var plan = await session.Api.GetAsync<Plan>(
            Routes.With(
                Routes.Plan(await session.TenantAsync()), ("add_accounts", Text(session.Value<int?>("--add-accounts"))), ("tier", session.Value<string>("--tier")),
                ("breakdowns", session.Value<string>("--breakdowns")), ("backfill_months", Text(session.Value<int?>("--backfill-months")))),
            session.Cancellation);
        session.Terminal.Table(
            ["tier", ">accounts", ">calls an hour", ">of the budget", ">promised min", ">reached min"],
            plan.Tiers.Select(tier => new[]
            {
                tier.Tier, Cell(tier.Accounts), Cell(tier.CallsPerHour), Percent(tier.Share), Cell(tier.PromisedMinutes), tier.ReachedMinutes is { } reached ? Cell(reached) : "never",
            }));
        session.Terminal.Line($"{Cell(plan.CallsPerHour)} calls an hour are needed, {(plan.AllowancePerHour is { } allowed ? $"{Cell(allowed)} allowed" : "what is allowed is not known")}. {plan.Message}");
        if (plan.BackfillCalls > 0)
            session.Terminal.Line($"The backfill takes {Cell(plan.BackfillCalls)} calls{(plan.BackfillDays is { } days ? $" and {Cell(days)} days" : "; nothing is left for it")}.");
        session.Terminal.Result(plan);
        return plan.Share > 1 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string? Text(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
