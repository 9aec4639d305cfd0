using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Docs;

/// <summary>A problem of each status, as the document shows it.</summary>
internal static class ProblemExamples
{
    public static Problem Of(int status) => Describe(status switch
    {
        StatusCodes.Status400BadRequest => ProblemException.BadRequest("limit", "limit is '0'.", "Send a whole number from 1 to 500."),
        StatusCodes.Status401Unauthorized => ProblemException.Unauthorized("The request has no key."),
        StatusCodes.Status403Forbidden => ProblemException.Forbidden("The key belongs to another tenant.", "Use a key of this tenant, or the operator key."),
        StatusCodes.Status404NotFound => ProblemException.NotFound("tenant", "There is no tenant 'acme'.", "GET /v1/tenants lists the tenants; use a slug or an id."),
        StatusCodes.Status409Conflict => ProblemException.Conflict("slug", "The slug 'acme' is taken.", "Choose another slug."),
        StatusCodes.Status413PayloadTooLarge => ProblemException.TooLarge(Json.Body.MaxBytes),
        StatusCodes.Status415UnsupportedMediaType => ProblemException.WrongMediaType(null),
        StatusCodes.Status503ServiceUnavailable => Failures.NoSilo(),
        _ => ProblemException.Defect(),
    });

    private static Problem Describe(ProblemException problem) => new()
    {
        Type = $"urn:metagrains:problem:{problem.Status}",
        Title = problem.Title,
        Status = problem.Status,
        Detail = problem.Message,
        Instance = "/v1/tenants/acme",
        Field = problem.Field,
        Fix = problem.Fix,
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
    };
}
