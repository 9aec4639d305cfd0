namespace MetaGrains.Graph.Errors;

/// <summary>Meta's <c>error</c> object as it came; any part may be missing. Its texts are scrubbed of tokens.</summary>
internal sealed record GraphError
{
    public int? Code { get; init; }

    public int? Subcode { get; init; }

    /// <summary>Such as <c>OAuthException</c>, which does not mean a token problem: throttles have it too.</summary>
    public string? Type { get; init; }

    public string? Message { get; init; }

    public string? UserTitle { get; init; }

    public string? UserMessage { get; init; }

    public bool? IsTransient { get; init; }

    public string? TraceId { get; init; }

    /// <summary><c>error_data</c>, an object or a string in JSON, as text.</summary>
    public string? Data { get; init; }
}
