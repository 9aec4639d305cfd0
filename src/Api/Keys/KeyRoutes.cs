using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Keys;

/// <summary>Keys of tenants' callers.</summary>
internal static class KeyRoutes
{
    private const string Tag = "Keys";
    private const string All = "/v1/tenants/{tenant}/keys";

    private static readonly ApiKey Example = new(
        Guid.Parse("5b0f6f0e-7f5e-4d55-9f64-0d5a5c1f2a10"), "ci", "mgk_4c1d", new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero), null);

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", All, Access.Tenant, new("listKeys", Tag, "List keys", new AnswerDoc(200, "A page of keys, oldest first.", new ListOf<ApiKey>([Example], null)))
        {
            Parameters = Parameters.Page,
        }, ListAsync);
        routes.MapRoute("POST", All, Access.Tenant, new(
            "createKey", Tag, "Make a key",
            new AnswerDoc(201, "The key, this once.", new CreatedApiKey(Example.Id, Example.Name, Example.Hint, Example.CreatedAt, null, "mgk_4c1d…")))
        {
            Body = new NewApiKey { Name = "ci" },
        }, CreateAsync);
        routes.MapRoute("DELETE", All + "/{id}", Access.Tenant, new("revokeKey", Tag, "Revoke a key", new AnswerDoc(204, "It works no more."))
        {
            Description = "It ends at once; revoking again changes nothing.",
        }, RevokeAsync);
    }

    private static async Task<IResult> ListAsync(TenantScope scope, PageRequest page, ApiKeyStore keys, CancellationToken cancellationToken)
    {
        var found = await keys.ListAsync(scope.Id, page.RowPlace(), page.Fetch, cancellationToken);
        return Answer.Ok(page.Page(found, key => PageRequest.Place(key.CreatedAt, key.Id), ApiKey.Of));
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, TenantScope scope, Body<NewApiKey> body, ApiKeyStore keys, CancellationToken cancellationToken)
    {
        var (made, key) = await keys.CreateAsync(scope.Id, body.Value.Name, cancellationToken);
        return Answer.Created(
            context, $"/v1/tenants/{scope.Tenant.Slug}/keys",
            new CreatedApiKey(made.Id, made.Name, made.Hint, made.CreatedAt, made.RevokedAt, key));
    }

    private static async Task<IResult> RevokeAsync(TenantScope scope, UuidInPath id, ApiKeyStore keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(scope.Id, id.Value, cancellationToken)
            ? Answer.Done()
            : throw ProblemException.NotFound("id", $"The tenant has no key {id.Value}.", $"GET /v1/tenants/{scope.Tenant.Slug}/keys lists its keys.");
}
