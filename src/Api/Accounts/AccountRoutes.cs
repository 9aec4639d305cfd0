using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Tiers;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Accounts;

/// <summary>Ad accounts.</summary>
internal static class AccountRoutes
{
    public const string Tag = "Accounts";
    public const string All = "/v1/tenants/{tenant}/accounts";

    private static readonly string[] Healths = [.. AccountHealths.All.Select(health => health.WireName())];

    public static Account Example { get; } = new(
        Parameters.ExampleAccount, "Acme EU", "EUR", "Europe/Prague", 1, Guid.Parse("5b0f6f0e-7f5e-4d55-9f64-0d5a5c1f2a10"), true, "medium", false, null,
        new AccountHealthView("active", "It syncs."), new DateTimeOffset(2026, 3, 6, 14, 0, 0, TimeSpan.Zero), null, null, 0, null);

    public static void MapAccounts(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", All, Access.Tenant, new("listAccounts", Tag, "List ad accounts", new AnswerDoc(200, "A page of accounts.", new ListOf<Account>([Example], null)))
        {
            Description = "Read from PostgreSQL alone: a list wakes no grain.",
            Parameters =
            [
                new("tier", ParameterPlace.Query, typeof(string), "Only of this tier.", "high"),
                new("health", ParameterPlace.Query, typeof(string), $"Only of this health: {string.Join(", ", Healths)}.", "active"),
                new("enabled", ParameterPlace.Query, typeof(bool), "Only those that are synced (true), or are not (false).", true),
                .. Parameters.Page,
            ],
        }, ListAsync);

    private static async Task<IResult> ListAsync(
        TenantScope scope, Query query, PageRequest page, AccountDirectory accounts, TierStore tiers, CancellationToken cancellationToken)
    {
        var tier = query.Text("tier");
        await TierRules.RequireAsync("tier", tier, tiers, cancellationToken);
        AdAccountId? after = page.After is null ? null : AdAccountId.TryParse(page.After, out var id) ? id : throw PageRequest.BadCursor();
        var filter = new AccountFilter(tier, query.Word("health", Healths), after, page.Fetch, query.Flag("enabled"));
        var found = await accounts.ListAsync(scope.Id, filter, cancellationToken);
        return Answer.Ok(page.Page(found, account => account.Key.Account.ToString(), Account.Of));
    }
}
