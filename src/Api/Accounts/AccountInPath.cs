using System.Reflection;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Problems;
using MetaGrains.Core.Accounts;
using MetaGrains.Warehouse.Control;
using Microsoft.AspNetCore.Http.Features;

namespace MetaGrains.Api.Accounts;

/// <summary>The segment <c>{account}</c>, in the tenant that the caller may act for.</summary>
internal sealed record AccountInPath(AdAccountKey Key, string TenantSlug)
{
    public string Url => $"/v1/tenants/{TenantSlug}/accounts/{Key.Account}";

    /// <summary>Called by the framework.</summary>
    public static ValueTask<AccountInPath?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var scope = context.Features.GetRequiredFeature<TenantScope>();
        return AdAccountId.TryParse(context.GetRouteValue("account") as string, out var id)
            ? ValueTask.FromResult<AccountInPath?>(new AccountInPath(new AdAccountKey(scope.Id, id), scope.Tenant.Slug))
            : throw ProblemException.BadRequest("account", "The account in the path is no ad account id.", "Send act_ followed by digits, or the digits alone.");
    }

    /// <exception cref="ProblemException">The tenant has no such account.</exception>
    public async Task<AccountRecord> FindAsync(AccountDirectory accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(Key, cancellationToken) ?? throw Missing();

    public ProblemException Missing() => ProblemException.NotFound(
        "account", $"The tenant has no ad account {Key.Account}.",
        $"GET /v1/tenants/{TenantSlug}/accounts lists its accounts; a connection brings the accounts that its token sees.");
}
