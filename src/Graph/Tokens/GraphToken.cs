using System.Collections.Immutable;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Tokens;

/// <summary>A token that Meta gave.</summary>
/// <param name="Token">The token; prints as <c>***</c>.</param>
/// <param name="ExpiresAt">When it expires; null when Meta does not say, which is not the same as never: inspect it.</param>
public sealed record GraphToken(AccessToken Token, DateTimeOffset? ExpiresAt);

/// <summary>A scope that holds for some objects only.</summary>
/// <param name="Scope">Such as <c>ads_read</c>.</param>
/// <param name="TargetIds">Ids of the objects; empty for all.</param>
public sealed record GranularScope(string Scope, ImmutableArray<string> TargetIds);

/// <summary>What Meta says about a token (<c>debug_token</c>).</summary>
public sealed record TokenInspection
{
    /// <summary>Whether it works now.</summary>
    public required bool IsValid { get; init; }

    /// <summary>The app that it was made for.</summary>
    public string? AppId { get; init; }

    /// <summary><c>USER</c>, <c>PAGE</c>, <c>SYSTEM_USER</c> or <c>APP</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The person or system user behind it.</summary>
    public string? UserId { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When it expires; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it may read no more data, 90 days after the person last used the app; null means never.</summary>
    public DateTimeOffset? DataAccessExpiresAt { get; init; }

    /// <summary>What it may do.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>What it may do with which objects.</summary>
    public ImmutableArray<GranularScope> GranularScopes { get; init; } = [];

    /// <summary>Meta's code for why it is not valid.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Meta's subcode for why it is not valid.</summary>
    public int? ErrorSubcode { get; init; }

    /// <summary>Why it is not valid, and what a person can do.</summary>
    public string? ErrorMessage { get; init; }
}
