using System.Globalization;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Incidents;

/// <summary>Incidents of Meta's.</summary>
internal static class IncidentRoutes
{
    private const string Tag = "Incidents";

    private static readonly DateTimeOffset Noon = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly Incident Example = new(
        7, new IncidentError("Service temporarily unavailable", 2, null), Noon, null, null, 0, 340, 2, Noon.AddMinutes(3), Noon.AddMinutes(7));

    public static void MapIncidents(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/incidents", Access.Operator, new(
            "listIncidents", Tag, "List incidents", new AnswerDoc(200, "A page of incidents, the newest first.", new ListOf<Incident>([Example], null)))
        {
            Description = "The same new error on many accounts within minutes: they make no call until one of them, let through every few minutes, succeeds.",
            Parameters =
            [
                new("open", ParameterPlace.Query, typeof(bool), "Only those that last (true), or that are over (false).", true),
                new("tenant", ParameterPlace.Query, typeof(string), "Only those whose error accounts of this tenant have now; its slug or id.", Parameters.ExampleTenant),
                .. Parameters.Page,
            ],
        }, ListAsync);

    private static async Task<IResult> ListAsync(Query query, PageRequest page, IncidentStore incidents, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        long? before = page.After is null ? null
            : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw PageRequest.BadCursor();
        var found = await incidents.PageAsync(before, query.Flag("open"), await TenantAsync(query.Text("tenant"), tenants, cancellationToken), page.Fetch, cancellationToken);
        return Answer.Ok(page.Page(found, incident => incident.Id.ToString(CultureInfo.InvariantCulture), Incident.Of));
    }

    private static async Task<TenantId?> TenantAsync(string? named, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        if (named is null)
            return null;
        var found = AuthMiddleware.IsName(named) ? await tenants.FindAsync(named, cancellationToken) : null;
        return found?.Id ?? throw ProblemException.BadRequest("tenant", $"There is no tenant '{Quoted.Of(named)}'.", "GET /v1/tenants lists the tenants; use a slug or an id.");
    }
}
