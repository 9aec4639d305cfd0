using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;

namespace MetaGrains.Api.Budgets;

/// <summary>A tenant's budget of calls to Meta, as its grain keeps it.</summary>
/// <param name="Mode">meta or fixed.</param>
/// <param name="Cap">Calls that may be out in any hour; null in mode meta.</param>
/// <param name="Waiting">How many accounts wait.</param>
/// <param name="HighOnlyUntil">While set and not passed, only tier high is served.</param>
/// <param name="Scopes">What is known of each scope.</param>
public sealed record RateLimit(string Mode, int? Cap, int Waiting, DateTimeOffset? HighOnlyUntil, IReadOnlyList<RateLimitScope> Scopes);

/// <summary>One thing that calls count against.</summary>
/// <param name="Scope">Its name.</param>
/// <param name="Charged">Calls given out in its window.</param>
/// <param name="Percent">Percent used, as Meta stated it last.</param>
/// <param name="BlockedUntil">Until when Meta blocks it; null when it does not.</param>
/// <param name="NearLimit">Mode fixed: the warning level is passed (162 of 180).</param>
/// <param name="DemandPerHour">Calls per hour that recurring work needs.</param>
/// <param name="AllowancePerHour">Calls per hour that it allows; null where nobody has told.</param>
public sealed record RateLimitScope(
    string Scope, int Charged, double Percent, DateTimeOffset? BlockedUntil, bool NearLimit, double DemandPerHour, double? AllowancePerHour);

/// <summary>The budgets.</summary>
internal static class RateLimitRoutes
{
    private const string ModeFixed = "fixed";

    private static readonly RateLimit Example = new(ModeFixed, 180, 0, null, [new RateLimitScope("user", 42, 21, null, false, 60, 180)]);

    public static void MapRateLimit(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/tenants/{tenant}/rate-limit", Access.Tenant, new(
            "getRateLimit", "Tenants", "Show a tenant's budget of calls", new AnswerDoc(200, "What its grain says.", Example)), ShowAsync);

    private static async Task<IResult> ShowAsync(TenantScope scope, SiloCalls silo, CancellationToken cancellationToken)
    {
        var status = await silo.AskAsync(grains => grains.RateLimit(new TenantKey(scope.Id)).GetStatusAsync(), cancellationToken);
        return Answer.Ok(new RateLimit(
            status.Mode, status.Mode == ModeFixed ? status.Cap : null, status.Waiting, status.HighOnlyUntil,
            [.. status.Scopes.Select(known => new RateLimitScope(
                known.Scope, known.Charged, Math.Round(known.Percent, 2), known.BlockedUntil, known.NearLimit,
                Math.Round(known.DemandPerHour, 1), known.AllowancePerHour is { } allowed ? Math.Round(allowed, 1) : null))]));
    }
}
