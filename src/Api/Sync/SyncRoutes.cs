using MetaGrains.Api.Accounts;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Api.Tiers;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Sync;

/// <summary>An ad account's sync: its switch, its state and why.</summary>
internal static class SyncRoutes
{
    public const string Path = AccountRoutes.All + "/{account}/sync";

    private static readonly AccountStatusView Example = new(
        AccountRoutes.Example.Id, AccountRoutes.Example.Name, AccountRoutes.Example.Currency, AccountRoutes.Example.Timezone, 1,
        AccountRoutes.Example.ConnectionId, true, "medium", false, null, AccountRoutes.Example.Health, AccountRoutes.Example.NextDueAt, null, null, 0, null,
        RunRoutes.Example, new LiveStatus("tier", RunRoutes.Example.Id, 0));

    public static void MapSync(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", Path, Access.Tenant, new("getSync", AccountRoutes.Tag, "Show an account's sync", new AnswerDoc(200, "The account.", Example))
        {
            Description = "All but live comes from PostgreSQL; live is null when no silo answers within 2 s.",
        }, ShowAsync);
        routes.MapRoute("PUT", Path, Access.Tenant, new("changeSync", AccountRoutes.Tag, "Enable, pause or move an account", new AnswerDoc(200, "As it is now.", Example))
        {
            Description = "It is accepted whether or not a silo runs. In tier auto the account moves between the tiers by its spend and what changes in it, "
                + "within its tenant's auto_tier; naming a tier ends that.",
            Body = new SyncChange { Enabled = true, Tier = "high" },
        }, ChangeAsync);
        routes.MapRoute("GET", Path + "/explain", Access.Tenant, new(
            "explainSync", AccountRoutes.Tag, "Say why an account does what it does", new AnswerDoc(200, "What its grain says.", Explanation.Example))
        {
            Description = "The last decision with its inputs, its place in the budget's queue, the next run of each job, how each report is asked for, and the last run. "
                + "facts says the same in sentences, the most telling first.",
        }, ExplainAsync);
    }

    private static async Task<IResult> ShowAsync(
        AccountInPath account, AccountDirectory accounts, RunDirectory runs, SiloCalls silo, CancellationToken cancellationToken)
    {
        var row = await account.FindAsync(accounts, cancellationToken);
        return await StatusAsync(account, row, runs, await LookAsync(account, silo, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> ChangeAsync(
        AccountInPath account, Body<SyncChange> body, SyncServices services, CancellationToken cancellationToken)
    {
        await account.FindAsync(services.Accounts, cancellationToken);
        await TierRules.RequireChoiceAsync("tier", body.Value.Tier, services.Tiers, cancellationToken);
        if (!await services.Accounts.SetSyncAsync(account.Key, body.Value.Enabled, body.Value.Tier, cancellationToken))
            throw account.Missing();
        var told = await services.Silo.TellAsync("an ad account", grains => grains.AdAccount(account.Key).RefreshAsync());
        var live = told ? await LookAsync(account, services.Silo, cancellationToken) : null;
        return await StatusAsync(account, await account.FindAsync(services.Accounts, cancellationToken), services.Runs, live, cancellationToken);
    }

    private static async Task<IResult> ExplainAsync(
        AccountInPath account, AccountDirectory accounts, RunDirectory runs, SiloCalls silo, CancellationToken cancellationToken)
    {
        await account.FindAsync(accounts, cancellationToken);
        var status = await silo.AskAsync(grains => grains.AdAccount(account.Key).GetStatusAsync(), cancellationToken) ?? throw account.Missing();
        var place = status.Outlook is not { PermitsSince: not null } ? null : await silo.LookAsync(
            "a tenant's budget", grains => grains.RateLimit(new TenantKey(account.Key.Tenant)).GetPlaceAsync(account.Key.ToString()), cancellationToken);
        var last = (await runs.ListAsync(account.Key, status: null, before: null, limit: 1, cancellationToken)).SingleOrDefault();
        return Answer.Ok(Explanation.Of(account.Key.Account.ToString(), status, place, last is null ? null : Run.Of(last)));
    }

    private static Task<AccountStatus?> LookAsync(AccountInPath account, SiloCalls silo, CancellationToken cancellationToken) =>
        silo.LookAsync("an ad account", grains => grains.AdAccount(account.Key).GetStatusAsync(), cancellationToken);

    private static async Task<IResult> StatusAsync(
        AccountInPath account, AccountRecord row, RunDirectory runs, AccountStatus? live, CancellationToken cancellationToken)
    {
        var last = (await runs.ListAsync(account.Key, status: null, before: null, limit: 1, cancellationToken)).SingleOrDefault();
        return Answer.Ok(AccountStatusView.Of(row, last, live));
    }
}

/// <summary>What a change of an account's sync works with.</summary>
internal sealed record SyncServices(AccountDirectory Accounts, RunDirectory Runs, TierStore Tiers, SiloCalls Silo);
