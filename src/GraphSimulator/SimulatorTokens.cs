namespace MetaGrains.GraphSimulator;

/// <summary>The access tokens that the simulator knows. They are no secrets.</summary>
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
}
