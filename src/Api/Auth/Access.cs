namespace MetaGrains.Api.Auth;

/// <summary>Who may use a route. It stands at every route; one without it is the operator's.</summary>
internal enum Access
{
    /// <summary>The operator.</summary>
    Operator,

    /// <summary>The operator, and the tenant that the path names.</summary>
    Tenant,

    /// <summary>Everybody with a key; what is answered depends on whose it is.</summary>
    AnyKey,

    /// <summary>The operator, and whoever has the secret of outside crons.</summary>
    Cron,

    /// <summary>Everybody.</summary>
    Open,
}
