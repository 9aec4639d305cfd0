using MetaGrains.Api.Json;

namespace MetaGrains.Api.Requests;

/// <summary>Answers that are not problems.</summary>
internal static class Answer
{
    public static IResult Ok<T>(T value) => Results.Json(value, ApiJson.Options);

    public static IResult Created<T>(HttpContext context, string location, T value) => With(context, StatusCodes.Status201Created, location, value);

    public static IResult Accepted<T>(HttpContext context, string location, T value) => With(context, StatusCodes.Status202Accepted, location, value);

    public static IResult Accepted<T>(T value) => Results.Json(value, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);

    public static IResult Done() => Results.NoContent();

    private static IResult With<T>(HttpContext context, int status, string location, T value)
    {
        context.Response.Headers.Location = location;
        return Results.Json(value, ApiJson.Options, statusCode: status);
    }
}
