namespace MetaGrains.GraphSimulator.Http;

/// <summary>The errors that this server answers with, in Meta's words where a recording or a page has them.</summary>
internal static class GraphErrors
{
    public static GraphException Invalid(string message) => new(new GraphError(100, $"(#100) {message}"));

    /// <summary>An error whose words do not repeat its code.</summary>
    public static GraphException Plain(int code, string message, int? subcode = null) => new(new GraphError(code, message) { Subcode = subcode });

    public static GraphException UnknownField(string field, string nodeType) =>
        Invalid($"Tried accessing nonexisting field ({field}) on node type ({nodeType})");

    public static GraphException UnknownObject(string id, string method) =>
        new(new GraphError(
            100,
            $"Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. "
            + "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api")
        {
            Type = "GraphMethodException",
            Subcode = 33,
        });

    public static GraphException UnknownPath(string path) => new(new GraphError(2500, $"Unknown path components: {path}"));

    public static GraphException NoToken() =>
        new(new GraphError(2500, "An active access token must be used to query information about the current user."));

    public static GraphException DeprecatedVersion(string newest) =>
        new(new GraphError(2635, $"(#2635) You are calling a deprecated version of the Ads API. Please update to the latest version: {newest}."));

    public static GraphException BadToken(int? subcode, string message) =>
        new(new GraphError(190, message) { Subcode = subcode });

    public static GraphException TooFarBack() =>
        new(new GraphError(3018, "(#3018) The start date of the time range cannot be beyond 37 months from the current date"));

    public static GraphException BadCursor() =>
        new(new GraphError(2642, "(#2642) Invalid cursors values. Please check the cursors provided."));

    public static GraphException TooMuchData() =>
        new(new GraphError(1, "Please reduce the amount of data you're asking for, then retry your request") { Status = 500 });

    /// <summary>Rows or data points of one call are too many, whatever its page size.</summary>
    public static GraphError TooManyDataPoints() =>
        new(100, "(#100) Please reduce the amount of data you're asking for, then retry your request")
        {
            Subcode = 1487534,
            UserTitle = "Too Much Data Requested",
            UserMessage = "Please reduce the amount of data you're asking for: fewer days, fewer breakdowns or fewer fields.",
        };

    /// <summary>An item of a batch that ran out of time.</summary>
    public static GraphError BatchItemTimeout() => new(960, "Request aborted. This could happen if a dependent request failed or the entire request timed out.");

    /// <summary>Why a report run fails that has too many rows.</summary>
    public static GraphError ReportTooLarge() =>
        new(-3, "The report is too large. Please try a smaller date range or fetch less data.") { Subcode = 1504045 };

    /// <summary>The rows of a report run that has not completed.</summary>
    public static GraphException ReportNotReady(string status) => Plain(2601, $"(#2601) Error accessing report: it is {status}");

    /// <summary>A synchronous read ran out of time; Meta says so under two codes.</summary>
    public static GraphError SyncTimeout(bool asService) => asService
        ? new(2, "Service temporarily unavailable") { Status = 500, Subcode = 1504038, UserTitle = "Loading timed out", UserMessage = "The request took too long. Use an asynchronous query." }
        : new(100, "(#100) Invalid parameter") { Subcode = 1504018, UserTitle = "Your request timed out", UserMessage = "Please try a smaller date range, fetch less data, or use async jobs." };

    public static GraphError Transient() =>
        new(2, "An unexpected error has occurred. Please retry your request later.") { Status = 500, IsTransient = true };

    public static GraphError Unknown() => new(1, "An unknown error occurred") { Status = 500, Subcode = 99 };

    public static GraphError AccountThrottle() =>
        new(17, "User request limit reached")
        {
            Subcode = 2446079,
            IsTransient = true,
            UserTitle = "Ad Account Has Too Many API Calls",
            UserMessage = "There have been too many calls from this ad-account. Wait a bit and try again.",
        };

    public static GraphError InsightsThrottle() => UseCaseThrottle(80000, "ads-insights");

    public static GraphError ManagementThrottle() => UseCaseThrottle(80004, "ads-management");

    /// <summary>The score of an ad account under its other name.</summary>
    public static GraphError AccountScore() =>
        AccountThrottle() with { Code = 613, Message = "(#613) Calls to this api have exceeded the rate limit.", Subcode = 1487742 };

    public static GraphError AppLimit() => new(4, "(#4) Application request limit reached") { IsTransient = true };

    public static GraphError UserLimit() => new(17, "(#17) User request limit reached") { IsTransient = true };

    public static GraphError InsightsAppThrottle() =>
        new(4, "(#4) Application request limit reached")
        {
            Subcode = 1504022,
            IsTransient = true,
            UserTitle = "Too many API requests",
            UserMessage = "There have been too many insights calls from this app. Wait a bit and try again.",
        };

    public static GraphError GlobalLoad() =>
        new(4, "(#4) Application request limit reached")
        {
            Subcode = 1504039,
            IsTransient = true,
            UserTitle = "Too many API requests",
            UserMessage = "The insights platform is under heavy load. Wait a bit and try again.",
        };

    private static GraphError UseCaseThrottle(int code, string page) =>
        new(code, $"(#{code}) There have been too many calls from this ad-account. Wait a bit and try again. "
            + $"For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting#{page}.")
        {
            Subcode = 2446079,
            IsTransient = true,
            UserTitle = "Too many API calls",
            UserMessage = "There have been too many calls from this ad-account. Wait a bit and try again.",
        };
}
