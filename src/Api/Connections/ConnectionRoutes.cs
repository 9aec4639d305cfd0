using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Api.Tiers;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Sync;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Connections;

/// <summary>Connections of tenants to Meta.</summary>
internal static class ConnectionRoutes
{
    private const string Tag = "Connections";
    private const string All = "/v1/tenants/{tenant}/connections";
    private const string One = All + "/{id}";

    private static readonly DateTimeOffset Noon = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);
    private static readonly Connection Example = new(
        Guid.Parse("5b0f6f0e-7f5e-4d55-9f64-0d5a5c1f2a10"), "main", "active", 42, null, null, Noon, Noon, Noon.AddSeconds(3));
    private static readonly Connection Beginning = Example with { Status = "discovering", Accounts = 0, DiscoveredAt = null };

    public static void MapConnections(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", All, Access.Tenant, new(
            "listConnections", Tag, "List connections", new AnswerDoc(200, "A page of connections, oldest first.", new ListOf<Connection>([Example], null)))
        {
            Parameters = Parameters.Page,
        }, ListAsync);
        routes.MapRoute("POST", All, Access.Tenant, new("connect", Tag, "Connect to Meta with a token", new AnswerDoc(202, "Its ad accounts are being listed.", Beginning))
        {
            Description = "The same name again replaces the token. The token is sealed before it is stored, and is in no log and no answer.",
            Body = new NewConnection { AccessToken = "EAAB…".Replace("…", "example", StringComparison.Ordinal), Name = "main", Enable = true, Tier = "medium" },
        }, ConnectAsync);
        routes.MapRoute("GET", One, Access.Tenant, new("getConnection", Tag, "Show a connection", new AnswerDoc(200, "The connection.", Example)), ShowAsync);
        routes.MapRoute("DELETE", One, Access.Tenant, new("disconnect", Tag, "Remove a connection", new AnswerDoc(204, "It is gone."))
        {
            Description = "Its token is erased, and its accounts are not connected any more. Removing it again changes nothing.",
        }, DeleteAsync);
        routes.MapRoute("POST", One + "/discover", Access.Tenant, new(
            "discover", Tag, "List its ad accounts again", new AnswerDoc(202, "They are being listed.", Example with { Status = "discovering" })), DiscoverAsync);
    }

    private static async Task<IResult> ListAsync(TenantScope scope, PageRequest page, ConnectionDirectory connections, CancellationToken cancellationToken)
    {
        var found = await connections.ListAsync(scope.Id, page.RowPlace(), page.Fetch, cancellationToken);
        return Answer.Ok(page.Page(found, row => PageRequest.Place(row.CreatedAt, row.Id), Connection.Of));
    }

    private static async Task<IResult> ConnectAsync(
        HttpContext context, TenantScope scope, Body<NewConnection> body, ConnectionServices services, CancellationToken cancellationToken)
    {
        var asked = body.Value;
        var tier = asked.Tier ?? NewConnection.DefaultTier;
        await TierRules.RequireAsync("tier", tier, services.Tiers, cancellationToken);
        var id = await services.Integrations.ConnectAndDiscoverAsync(
            scope.Id, asked.Name ?? NewConnection.DefaultName, new AccessToken(asked.AccessToken), asked.Enable == true ? tier : null, cancellationToken);
        return await BegunAsync(context, scope, id, services, cancellationToken);
    }

    private static async Task<IResult> DiscoverAsync(
        HttpContext context, TenantScope scope, UuidInPath id, ConnectionServices services, CancellationToken cancellationToken) =>
        await services.Directory.DiscoverAsync(scope.Id, id.Value, cancellationToken)
            ? await BegunAsync(context, scope, id.Value, services, cancellationToken)
            : throw Missing(scope, id.Value);

    private static async Task<IResult> ShowAsync(TenantScope scope, UuidInPath id, ConnectionDirectory connections, CancellationToken cancellationToken) =>
        Answer.Ok(Connection.Of(await connections.FindAsync(scope.Id, id.Value, cancellationToken) ?? throw Missing(scope, id.Value)));

    private static async Task<IResult> DeleteAsync(TenantScope scope, UuidInPath id, ConnectionServices services, CancellationToken cancellationToken)
    {
        // What is not there is gone: who repeats a request that got lost learns that it is done.
        if (await services.Directory.DeleteAsync(scope.Id, id.Value, cancellationToken))
            await TellAsync(services.Silo, id.Value);
        return Answer.Done();
    }

    // What was committed is answered, not what its grain has made of it since.
    private static async Task<IResult> BegunAsync(
        HttpContext context, TenantScope scope, Guid id, ConnectionServices services, CancellationToken cancellationToken)
    {
        var connection = await services.Directory.FindAsync(scope.Id, id, cancellationToken) ?? throw Missing(scope, id);
        await TellAsync(services.Silo, id);
        return Answer.Accepted(context, $"/v1/tenants/{scope.Tenant.Slug}/connections/{id}", Connection.Of(connection));
    }

    private static Task<bool> TellAsync(SiloCalls silo, Guid id) =>
        silo.TellAsync("a connection", grains => grains.Connection(new ConnectionKey(id)).RefreshAsync());

    private static ProblemException Missing(TenantScope scope, Guid id) =>
        ProblemException.NotFound("id", $"The tenant has no connection {id}.", $"GET /v1/tenants/{scope.Tenant.Slug}/connections lists its connections.");
}

/// <summary>What the routes of connections work with.</summary>
internal sealed record ConnectionServices(IntegrationStore Integrations, ConnectionDirectory Directory, TierStore Tiers, SiloCalls Silo);
