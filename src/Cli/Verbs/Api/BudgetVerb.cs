using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains budget</c>: what is left of a tenant's Graph calls, and who decides on it.</summary>
internal static class BudgetVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "budget", "Show a tenant's budget of Graph calls by scope, or change who decides on it.", "budget --tenant acme --mode fixed --calls-per-hour 200", ApiScope.Tenant,
            [
                Verb.OneOf("--mode", "meta: Meta's usage headers decide. fixed: so many calls per user and hour.", "meta", "fixed"),
                Verb.OptionalNumber("--calls-per-hour", "The limit in mode fixed.", 1, 1_000_000),
            ],
            RunAsync);

    private static async Task<int> RunAsync(ApiSession session)
    {
        var tenant = await session.TenantAsync();
        var (mode, calls) = (session.Value<string>("--mode"), session.Value<int?>("--calls-per-hour"));
        if (mode == "meta" && calls is not null)
            throw CliException.BadInput("--calls-per-hour belongs to --mode fixed.");
        if (mode is not null || calls is not null)
        {
            var changed = await session.Api.SendAsync<Tenant>(
                HttpMethod.Patch, Routes.Tenant(tenant), new { Budget = new Budget(mode ?? "fixed", calls) }, session.Cancellation);
            session.Terminal.Line($"Tenant {changed.Slug} has a budget in mode {changed.Budget.Mode}{(changed.Budget.CallsPerHour is { } limit ? $", {Cell(limit)} calls per hour" : "")}.");
            session.Terminal.Result(changed);
            return ExitCode.Ok;
        }

        var state = await session.Api.GetAsync<RateLimit>(Routes.RateLimit(tenant), session.Cancellation);
        session.Terminal.Table(
            ["scope", ">charged", ">percent", "blocked until"],
            state.Scopes.Select(scope => new[] { scope.Scope, Cell(scope.Charged), Cell(scope.Percent), Cell(scope.BlockedUntil) }));
        session.Terminal.Line($"Tenant {tenant}: mode {state.Mode}{(state.Cap is { } cap ? $", {Cell(cap)} calls per hour" : "")}, {state.Waiting} waiting"
            + (state.HighOnlyUntil is { } until ? $", HIGH alone until {Cell(until)}" : "") + ".");
        session.Terminal.Result(state);
        return ExitCode.Ok;
    }
}
