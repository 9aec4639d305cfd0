namespace MetaGrains.Core.Entities;

/// <summary>What an object of an ad account is.</summary>
public enum EntityKind
{
    /// <summary>A campaign.</summary>
    Campaign,

    /// <summary>An ad set.</summary>
    AdSet,

    /// <summary>An ad.</summary>
    Ad,

    /// <summary>A creative.</summary>
    Creative,
}

/// <summary>The names of kinds.</summary>
public static class EntityKinds
{
    /// <summary>All kinds, parents first.</summary>
    public static IReadOnlyList<EntityKind> All { get; } = [EntityKind.Campaign, EntityKind.AdSet, EntityKind.Ad, EntityKind.Creative];

    /// <summary><c>campaign</c>, <c>adset</c>, <c>ad</c> or <c>creative</c>.</summary>
    public static string WireName(this EntityKind kind) => kind switch
    {
        EntityKind.Campaign => "campaign",
        EntityKind.AdSet => "adset",
        EntityKind.Ad => "ad",
        EntityKind.Creative => "creative",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of entity."),
    };
}
