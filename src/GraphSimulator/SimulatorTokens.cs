namespace MetaGrains.GraphSimulator;

/// <summary>The access tokens and the app that the simulator knows from the start. They are no secrets.</summary>
public static class SimulatorTokens
{
    /// <summary>Sees every account.</summary>
    public const string Valid = "sim-valid-all-accounts";

    /// <summary>Answers 190 with subcode 463: the session has expired.</summary>
    public const string Expired = "sim-expired";

    /// <summary>Answers 190 with subcode 458: the user removed the app.</summary>
    public const string Revoked = "sim-revoked";

    /// <summary>Answers 190 with subcode 459: the user must log in to facebook.com first.</summary>
    public const string Checkpointed = "sim-checkpointed";

    /// <summary>Valid, and without any permission on ads.</summary>
    public const string WithoutScopes = "sim-without-scopes";

    /// <summary>The app that all tokens belong to.</summary>
    public const string AppId = "100200300400500";

    /// <summary>Its secret, unless <see cref="GraphSimulatorOptions.AppSecret"/> names another.</summary>
    public const string AppSecret = "sim-app-secret";

    /// <summary>The user that the tokens belong to.</summary>
    public const string UserId = "122100000000000001";
}
