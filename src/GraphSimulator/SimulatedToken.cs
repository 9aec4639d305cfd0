namespace MetaGrains.GraphSimulator;

/// <summary>What a token is worth.</summary>
public enum SimulatedTokenState
{
    /// <summary>It works.</summary>
    Valid,

    /// <summary>190/463: the session has expired.</summary>
    Expired,

    /// <summary>190/458: the user removed the app.</summary>
    Revoked,

    /// <summary>190/459: the user must log in to facebook.com first.</summary>
    Checkpointed,

    /// <summary>190/460: the password was changed.</summary>
    PasswordChanged,

    /// <summary>190/467: logged out.</summary>
    LoggedOut,
}

/// <summary>How the lack of a permission is answered.</summary>
public enum MissingScopeAnswer
{
    /// <summary>HTTP 403, code 200.</summary>
    Permission,

    /// <summary>HTTP 400, code 100, "Missing permissions".</summary>
    MissingPermissions,
}

/// <summary>An access token of the simulator. It is no secret.</summary>
/// <param name="Token">The token itself.</param>
/// <param name="State">What it is worth.</param>
public sealed record SimulatedToken(string Token, SimulatedTokenState State = SimulatedTokenState.Valid)
{
    /// <summary>The permissions that a token has unless others are named.</summary>
    public static IReadOnlyList<string> AllScopes { get; } = ["ads_management", "ads_read", "business_management", "public_profile"];

    /// <summary>The permissions granted.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = AllScopes;

    /// <summary>How a call without its permission is refused.</summary>
    public MissingScopeAnswer MissingScope { get; init; }

    /// <summary>From here on it is expired; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was made; null for the start of the simulator.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>The accounts it sees, <c>act_…</c> or bare; null for all.</summary>
    public IReadOnlyList<string>? Accounts { get; init; }

    /// <summary>Whose it is.</summary>
    public string UserId { get; init; } = SimulatorTokens.UserId;

    /// <summary>Whether it is a system user's, which has no end of data access.</summary>
    public bool SystemUser { get; init; } = true;
}
