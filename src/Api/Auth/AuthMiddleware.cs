using MetaGrains.Api.Docs;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Auth;

/// <summary>
/// The one place where a key becomes a right. Stands between routing and the endpoints; keys and tenants are looked up
/// for each request, so a revoked key ends at once.
/// </summary>
internal sealed class AuthMiddleware(RequestDelegate next, OperatorKey operatorKey, CronSecret cronSecret, ApiKeyStore keys, TenantDirectory tenants)
{
    private const string Scheme = "Bearer ";
    private const int LongestKey = 512;
    private const int LongestTenant = 64;
    private const string UseOperatorKey = "Use the operator key (METAGRAINS_OPERATOR_KEY).";

    public async Task InvokeAsync(HttpContext context)
    {
        // Whatever is no route of ours is routing's own answer, such as 405.
        if (context.GetEndpoint() is RouteEndpoint endpoint
            && (endpoint.Metadata.GetMetadata<RouteAccess>()?.Access ?? Access.Operator) is var access
            && access != Access.Open)
        {
            await AuthorizeAsync(context, access);
        }

        await next(context);
    }

    private async Task AuthorizeAsync(HttpContext context, Access access)
    {
        var key = KeyOf(context);
        if (access == Access.Cron && cronSecret.Is(key))
            return;
        var caller = await IdentifyAsync(context, key);
        context.Features.Set(caller);
        var inPath = context.GetRouteValue("tenant") as string;
        if (inPath is not null)
            await ReachAsync(context, caller, inPath);
        if (access is Access.Operator or Access.Cron && !caller.IsOperator)
            throw ProblemException.Forbidden("Only the operator may do this.", UseOperatorKey);
        if (access == Access.Tenant && inPath is null)
            throw new InvalidOperationException($"The route {context.GetEndpoint()} names no tenant.");
    }

    private static string KeyOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
            throw ProblemException.Unauthorized("The request has no key.");
        if (header.Count > 1 || header[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || text[Scheme.Length..].Trim() is not { Length: > 0 and <= LongestKey } key)
        {
            throw ProblemException.Unauthorized("The Authorization header is not 'Bearer KEY'.");
        }

        return key;
    }

    private async Task<Caller> IdentifyAsync(HttpContext context, string key)
    {
        if (operatorKey.Is(key))
            return Caller.Operator;
        return await keys.OwnerAsync(key, context.RequestAborted) is { } owner
            ? new Caller(owner)
            : throw ProblemException.Unauthorized("The key is unknown or was revoked.");
    }

    /// <summary>What a tenant that nobody knows is answered with.</summary>
    public static ProblemException NoTenant(string inPath) =>
        ProblemException.NotFound("tenant", $"There is no tenant '{Quoted.Of(inPath)}'.", "GET /v1/tenants lists the tenants; use a slug or an id.");

    /// <summary>Whether a text can be a slug or an id.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestTenant && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    // A tenant's key gets one answer for every other tenant, so that it cannot learn which exist.
    private async Task ReachAsync(HttpContext context, Caller caller, string inPath)
    {
        var tenant = IsName(inPath) ? await tenants.FindAsync(inPath, context.RequestAborted) : null;
        if (caller.Tenant is { } own && tenant?.Id != own)
            throw ProblemException.Forbidden("The key belongs to another tenant.", "Use a key of this tenant, or the operator key.");
        if (tenant is not null)
            context.Features.Set(new TenantScope(tenant));
        else if (context.GetEndpoint()?.Metadata.GetMetadata<RouteDoc>()?.TenantMayBeGone is not true)
            throw NoTenant(inPath);
    }
}
