using MetaGrains.Api.Auth;

namespace MetaGrains.Api.Docs;

/// <summary>The document for programs and the page for people. Both are about routes alone, so no key is asked for.</summary>
internal static class DocsRoutes
{
    private const string Cached = "public, max-age=300";

    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", DocumentAsync).WithMetadata(new RouteAccess(Access.Open)).ExcludeFromDescription();
        routes.MapGet("/docs", PageAsync).WithMetadata(new RouteAccess(Access.Open)).ExcludeFromDescription();
    }

    private static async Task<IResult> DocumentAsync(HttpContext context, ApiDocument document)
    {
        context.Response.Headers.CacheControl = Cached;
        return Results.Text(await document.JsonAsync(), "application/json; charset=utf-8");
    }

    private static async Task<IResult> PageAsync(HttpContext context, ApiDocument document)
    {
        context.Response.Headers.CacheControl = Cached;
        context.Response.Headers.ContentSecurityPolicy = DocsPage.ContentSecurityPolicy;
        return Results.Text(await document.PageAsync(), "text/html; charset=utf-8");
    }
}
