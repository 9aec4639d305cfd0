namespace MetaGrains.Api.Problems;

/// <summary>Ends a request with a problem. Its text is written for callers: it holds nothing of them that is secret.</summary>
internal sealed class ProblemException(int status, string title, string detail, string fix) : Exception(detail)
{
    private const int FaultsTold = 20;

    public int Status { get; } = status;

    public string Title { get; } = title;

    public string Fix { get; } = fix;

    public string? Field { get; private init; }

    /// <summary>Seconds after which the same request may succeed; null when waiting does not help.</summary>
    public int? RetryAfter { get; private init; }

    public IReadOnlyList<Fault> Faults { get; private init; } = [];

    public static ProblemException BadRequest(IReadOnlyList<Fault> faults) =>
        new(StatusCodes.Status400BadRequest, "The request is not valid", faults[0].Detail, faults[0].Fix)
        {
            Field = faults[0].Field,
            Faults = faults.Count > 1 ? [.. faults.Take(FaultsTold)] : [],
        };

    public static ProblemException BadRequest(string field, string detail, string fix) => BadRequest([new Fault(field, detail, fix)]);

    public static ProblemException Malformed(string detail) =>
        new(StatusCodes.Status400BadRequest, "The body is not valid JSON", detail, "Send one JSON object, encoded as UTF-8.");

    public static ProblemException Unauthorized(string detail) =>
        new(StatusCodes.Status401Unauthorized, "A key is needed", detail, "Send the header 'Authorization: Bearer KEY' with the operator key or a key of the tenant.") { Field = "Authorization" };

    public static ProblemException Forbidden(string detail, string fix) =>
        new(StatusCodes.Status403Forbidden, "The key does not allow this", detail, fix) { Field = "Authorization" };

    public static ProblemException NotFound(string field, string detail, string fix) =>
        new(StatusCodes.Status404NotFound, "There is no such thing", detail, fix) { Field = field };

    public static ProblemException NoRoute(string method, string path) =>
        new(StatusCodes.Status404NotFound, "There is no such route", $"Nothing answers {method} {path}.", "See /docs for the routes.");

    public static ProblemException WrongMethod(string method, string allowed) =>
        new(StatusCodes.Status405MethodNotAllowed, "The method is not allowed here", $"{method} is not answered here.", $"Use {allowed}.");

    public static ProblemException Conflict(string field, string detail, string fix) =>
        new(StatusCodes.Status409Conflict, "It is taken", detail, fix) { Field = field };

    public static ProblemException TooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "The body is too large", $"The body is larger than {limit} bytes.", $"Send at most {limit} bytes.");

    public static ProblemException WrongMediaType(string? sent) =>
        new(StatusCodes.Status415UnsupportedMediaType, "The media type is not supported",
            sent is null ? "The body's media type is not stated." : "The body's media type is not JSON.",
            "Send JSON in UTF-8 with the header 'Content-Type: application/json'.")
        { Field = "Content-Type" };

    public static ProblemException Unavailable(string detail, string fix, int retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "A part of the system is away", detail, fix) { RetryAfter = retryAfter };

    public static ProblemException Defect() =>
        new(StatusCodes.Status500InternalServerError, "The request failed", "Something failed that should not; it is in the log under the trace id.",
            "Try again; if it stays, tell the operator the trace id.");
}
