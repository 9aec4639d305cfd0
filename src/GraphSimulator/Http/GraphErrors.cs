namespace MetaGrains.GraphSimulator.Http;

/// <summary>The errors that this server answers with, in Meta's words where a recording or a page has them.</summary>
internal static class GraphErrors
{
    public static GraphException Invalid(string message) => new(new GraphError(100, $"(#100) {message}"));

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

    public static GraphError InsightsThrottle() =>
        new(80000, "(#80000) There have been too many calls from this ad-account. Wait a bit and try again. "
            + "For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting#ads-insights.")
        {
            Subcode = 2446079,
            IsTransient = true,
            UserTitle = "Too many API calls",
            UserMessage = "There have been too many calls from this ad-account. Wait a bit and try again.",
        };
}
