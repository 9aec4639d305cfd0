using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains tenants [create|set|export|delete]</c>.</summary>
internal static class TenantVerbs
{
    public static Command Create(Checkout checkout)
    {
        var list = ApiVerb.Create(checkout, "tenants", "List the tenants that the key sees; make, change, export or delete one.", "tenants create --slug acme --name Acme --currency EUR", ApiScope.All, [], ListAsync);
        list.Add(ApiVerb.Create(
            checkout, "create", "Make a tenant. Repeating it with the same content does nothing.", "tenants create --slug acme --name Acme --currency EUR", ApiScope.All,
            [
                Verb.Text("--slug", "Short name: lower-case letters, digits and hyphens.", "SLUG", required: true),
                Verb.Text("--name", "Name for people. Default: the slug.", "NAME"),
                Verb.Text("--currency", "ISO 4217 code in which the tenant reports.", "EUR", required: true),
                Verb.Flag("--several-currencies", "Sync accounts of other currencies, too; figures are then kept per currency."),
                Verb.OneOf("--mode", "Who decides on the call budget. Default: meta.", "meta", "fixed"),
                Verb.OptionalNumber("--calls-per-hour", "The limit in mode fixed.", 1, 1_000_000),
            ],
            MakeAsync));
        list.Add(TenantSetVerb.Create(checkout));
        list.Add(TenantExportVerb.Create(checkout));
        list.Add(ApiVerb.Create(
            checkout, "delete", "Delete a tenant: its keys and tokens go, nothing is synced any more.", "tenants delete acme --erase --yes", ApiScope.Tenant,
            [
                Verb.Flag("--erase", "Erase every row of it at once and for good; without this that happens after a while."),
                Verb.Flag("--yes", "Do it; without this the verb only asks for it."),
            ],
            DeleteAsync, TenantArgument.Create()));
        return list;
    }

    private static async Task<int> ListAsync(ApiSession session)
    {
        var tenants = await session.Api.ListAsync<Tenant>(Routes.Tenants, session.Cancellation);
        Print(session.Terminal, tenants);
        if (tenants.Count == 0)
            session.Terminal.Line("There is no tenant yet: make one with ./metagrains tenants create.");
        session.Terminal.Result(new { Data = tenants });
        return ExitCode.Ok;
    }

    private static async Task<int> MakeAsync(ApiSession session)
    {
        var slug = session.Value<string>("--slug")!;
        var calls = session.Value<int?>("--calls-per-hour");
        var mode = session.Value<string>("--mode") ?? (calls is null ? null : "fixed");
        var made = await session.Api.SendAsync<Tenant>(
            HttpMethod.Post, Routes.Tenants,
            new
            {
                Slug = slug,
                Name = session.Value<string>("--name") ?? slug,
                Currency = session.Value<string>("--currency"),
                SeveralCurrencies = session.Value<bool>("--several-currencies"),
                Budget = mode is null ? null : new Budget(mode, calls),
            },
            session.Cancellation);
        Print(session.Terminal, [made]);
        session.Terminal.Line($"Next: ./metagrains connect --tenant {made.Slug} --token-file FILE");
        session.Terminal.Result(made);
        return ExitCode.Ok;
    }

    private static async Task<int> DeleteAsync(ApiSession session)
    {
        var tenant = await TenantArgument.OfAsync(session);
        var erase = session.Value<bool>("--erase");
        if (!session.Value<bool>("--yes"))
            throw CliException.BadInput($"This deletes the tenant {tenant} with its keys and tokens{(erase ? ", and erases every row of it for good" : "")}: add --yes.");
        if (erase)
        {
            var erased = await session.Api.SendAsync<TenantErased>(HttpMethod.Delete, Routes.With(Routes.Tenant(tenant), ("erase", "now")), null, session.Cancellation);
            session.Terminal.Table(["table", ">rows"], erased.Rows.Select(table => new[] { table.Key, Cell(table.Value) }));
            session.Terminal.Line($"Tenant {erased.Slug} is erased, since {Cell(erased.ErasedAt)}; {Cell(erased.Rows.Values.Sum())} rows went just now.");
            session.Terminal.Result(erased);
            return ExitCode.Ok;
        }

        await session.Api.SendAsync(HttpMethod.Delete, Routes.Tenant(tenant), session.Cancellation);
        session.Terminal.Line($"Tenant {tenant} is deleted.");
        session.Terminal.Result(new { Deleted = tenant });
        return ExitCode.Ok;
    }

    public static void Print(Terminal terminal, IEnumerable<Tenant> tenants) =>
        terminal.Table(
            ["tenant", "name", "currency", "syncs", "budget", "auto tier", "made", "id"],
            tenants.Select(tenant => new[] { tenant.Slug, tenant.Name, tenant.Currency, Cell(tenant.SyncEnabled), Text(tenant.Budget), Text(tenant.AutoTier), Cell(tenant.CreatedAt), tenant.Id }));

    private static string Text(AutoTier? bounds) => bounds is null ? "-" : bounds.Min == bounds.Max ? bounds.Min : $"{bounds.Min} to {bounds.Max}";

    private static string Text(Budget budget) => budget.CallsPerHour is { } calls ? $"{budget.Mode}, {Cell(calls)} calls per hour" : budget.Mode;
}
