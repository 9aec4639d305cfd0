using MetaGrains.Api.Auth;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Docs;

/// <summary>Maps routes: none without its access and its description.</summary>
internal static class RouteExtensions
{
    private const string Json = "application/json";

    public static void MapRoute(this IEndpointRouteBuilder routes, string method, string path, Access access, RouteDoc doc, Delegate handler)
    {
        var route = routes.MapMethods(path, [method], handler)
            .WithMetadata(new RouteAccess(access), doc)
            .WithName(doc.Id);
        foreach (var answer in doc.Answers)
            route.WithMetadata(new ProducesResponseTypeMetadata(answer.Status, answer.Example?.GetType(), answer.Example is null ? [] : [Json]));
        foreach (var status in ProblemsOf(path, access, doc))
            route.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problem.MediaType]));
    }

    /// <summary>The statuses of problems that a route may answer.</summary>
    public static IReadOnlyList<int> ProblemsOf(string path, Access access, RouteDoc doc)
    {
        var statuses = new SortedSet<int>(doc.Problems);
        if (access != Access.Open)
            statuses.UnionWith([StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable]);
        if (access is Access.Operator or Access.Tenant)
            statuses.Add(StatusCodes.Status403Forbidden);
        if (path.Contains('{', StringComparison.Ordinal))
            statuses.Add(StatusCodes.Status404NotFound);
        if (doc.Body is not null)
            statuses.UnionWith([StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType]);
        return [.. statuses];
    }
}
