using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains tenants set</c>: changes a tenant; what is left out stays.</summary>
internal static class TenantSetVerb
{
    private static readonly string[] Ranks = ["high", "medium", "low"];

    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "set", "Change a tenant; what is left out stays.", "tenants set acme --several-currencies true", ApiScope.Tenant,
            [
                Verb.Text("--name", "Name for people.", "NAME"),
                Verb.Text("--currency", "ISO 4217 code in which the tenant reports.", "EUR"),
                Verb.OneOf("--several-currencies", "Whether accounts of other currencies are synced, too; figures are then kept per currency.", "true", "false"),
                Verb.OneOf("--mode", "Who decides on the call budget; the operator alone may change it.", "meta", "fixed"),
                Verb.OptionalNumber("--calls-per-hour", "The limit in mode fixed.", 1, 1_000_000),
                Verb.OneOf("--auto-tier-min", "The slowest tier of accounts in tier auto; the operator alone may change it.", Ranks),
                Verb.OneOf("--auto-tier-max", "The fastest one; both are given.", Ranks),
            ],
            RunAsync, TenantArgument.Create());

    private static async Task<int> RunAsync(ApiSession session)
    {
        var (name, currency, several) = (session.Value<string>("--name"), session.Value<string>("--currency"), session.Value<string>("--several-currencies"));
        var (mode, calls) = (session.Value<string>("--mode"), session.Value<int?>("--calls-per-hour"));
        if (mode == "meta" && calls is not null)
            throw CliException.BadInput("--calls-per-hour belongs to --mode fixed.");
        var (slowest, fastest) = (session.Value<string>("--auto-tier-min"), session.Value<string>("--auto-tier-max"));
        if (slowest is null != fastest is null)
            throw CliException.BadInput("The bounds of tier auto are one thing: give both --auto-tier-min and --auto-tier-max.");
        if (name is null && currency is null && several is null && mode is null && calls is null && slowest is null)
            throw CliException.BadInput("Nothing is to be changed: give --name, --currency, --several-currencies, --mode, --calls-per-hour, or --auto-tier-min and --auto-tier-max.");
        var changed = await session.Api.SendAsync<Tenant>(
            HttpMethod.Patch, Routes.Tenant(await TenantArgument.OfAsync(session)),
            new
            {
                Name = name,
                Currency = currency,
                SeveralCurrencies = several is null ? (bool?)null : several == "true",
                Budget = mode is null && calls is null ? null : new Budget(mode ?? "fixed", calls),
                AutoTier = slowest is null ? null : new AutoTier(slowest, fastest!),
            },
            session.Cancellation);
        TenantVerbs.Print(session.Terminal, [changed]);
        session.Terminal.Result(changed);
        return ExitCode.Ok;
    }
}
