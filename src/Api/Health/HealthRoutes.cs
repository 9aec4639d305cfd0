using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;

namespace MetaGrains.Api.Health;

/// <summary>That the process lives, or can serve.</summary>
/// <param name="Status">ok or ready.</param>
public sealed record HealthStatus(string Status);

/// <summary>What orchestrators ask.</summary>
internal static class HealthRoutes
{
    private const string Tag = "Health";
    private const int RetryAfter = 2;

    private static readonly HealthStatus Alive = new("ok");
    private static readonly HealthStatus Ready = new("ready");

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", "/healthz", Access.Open, new("getHealth", Tag, "Say that the process lives", new AnswerDoc(200, "Always.", Alive)), () => Answer.Ok(Alive));
        routes.MapRoute("GET", "/readyz", Access.Open, new("getReadiness", Tag, "Say whether it can serve", new AnswerDoc(200, "Database, schema and at least one silo are there.", Ready))
        {
            Problems = [StatusCodes.Status503ServiceUnavailable],
        }, ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        var missing = await readiness.MissingAsync(cancellationToken);
        return missing.Count == 0
            ? Answer.Ok(Ready)
            : throw ProblemException.Unavailable(string.Join(' ', missing), "Start what is missing; nothing accepted is lost meanwhile.", RetryAfter);
    }
}
