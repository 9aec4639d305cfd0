using System.Text.Json.Serialization;

namespace MetaGrains.Api.Problems;

/// <summary>What went wrong, and what to do about it (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The media type of it.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>A URI that names the kind of problem; it is not made to be opened.</summary>
    public required string Type { get; init; }

    /// <summary>The kind, in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong this time.</summary>
    public required string Detail { get; init; }

    /// <summary>The path that was asked for.</summary>
    public string? Instance { get; init; }

    /// <summary>The JSON path, query parameter, path segment or header that is wrong; null when it is none.</summary>
    public string? Field { get; init; }

    /// <summary>What to do.</summary>
    public required string Fix { get; init; }

    /// <summary>Finds the request in the log.</summary>
    public required string TraceId { get; init; }

    /// <summary>Every field that is wrong, when more than one is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Fault>? Errors { get; init; }
}

/// <summary>One field that is wrong.</summary>
/// <param name="Field">The JSON path, query parameter, path segment or header.</param>
/// <param name="Detail">What is wrong with it.</param>
/// <param name="Fix">What to do.</param>
public sealed record Fault(string Field, string Detail, string Fix);
