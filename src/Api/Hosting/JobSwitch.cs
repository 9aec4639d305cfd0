using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Hosting;

/// <summary>Routes that start jobs at Meta: with <c>META_JOBS_ENABLED=false</c> they answer 404 and are in no document.</summary>
internal static class JobSwitch
{
    public static void MapTrigger(
        this IEndpointRouteBuilder routes, string method, string path, Access access, RouteDoc doc, Delegate handler, bool jobsEnabled)
    {
        if (jobsEnabled)
        {
            routes.MapRoute(method, path, access, doc, handler);
            return;
        }

        routes.MapMethods(path, [method], Refuse).WithMetadata(new RouteAccess(access)).ExcludeFromDescription();
    }

    private static IResult Refuse() => throw new ProblemException(
        StatusCodes.Status404NotFound, "There is no such route", "Meta jobs are switched off.", "The operator starts the system without META_JOBS_ENABLED=false.");
}
