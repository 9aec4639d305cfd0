using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Which lists of objects hang where.</summary>
internal static class ListEdges
{
    /// <param name="below">What the edge hangs on; null for the account.</param>
    /// <returns>What it lists, or null where there is no such edge.</returns>
    public static EntityKind? KindOf(string edge, EntityKind? below) => edge switch
    {
        "campaigns" when below is null => EntityKind.Campaign,
        "adsets" when below is null or EntityKind.Campaign => EntityKind.AdSet,
        "ads" when below is null or EntityKind.Campaign or EntityKind.AdSet => EntityKind.Ad,
        _ => null,
    };
}
