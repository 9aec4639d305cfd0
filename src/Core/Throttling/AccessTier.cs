namespace MetaGrains.Core.Throttling;

/// <summary>The app's access to the Marketing API, as the header field <c>ads_api_access_tier</c> states it.</summary>
public enum AccessTier
{
    /// <summary>Not seen yet; treated as development, the tighter one.</summary>
    Unknown,

    /// <summary><c>development_access</c>: 60 points per 300 s and account, blocked for 300 s.</summary>
    Development,

    /// <summary><c>standard_access</c>: 9,000 points per 300 s and account, blocked for 60 s.</summary>
    Standard,
}

/// <summary>The header's words for access tiers.</summary>
public static class AccessTiers
{
    /// <summary>Reads the header's word; anything else is unknown.</summary>
    public static AccessTier Parse(string? text) => text switch
    {
        "development_access" => AccessTier.Development,
        "standard_access" => AccessTier.Standard,
        _ => AccessTier.Unknown,
    };
}
