namespace MetaGrains.GraphSimulator.World;

/// <summary>Names as media buyers give them, some beyond ASCII, because Meta escapes those.</summary>
internal static class AdNames
{
    private static readonly string[] Brands =
        ["Alpenblick", "Northwind", "Kavárna Lípa", "Blue Harbor", "Sakura", "Fern & Co", "Óptica Sol", "Peak Gear", "Lumière", "Oak Street"];

    private static readonly string[] Trades = ["Outdoor", "Coffee", "Skincare", "Software", "Travel", "Furniture", "Fitness", "Books"];
    private static readonly string[] Themes = ["Evergreen", "Frühjahr", "Black Friday", "Launch", "Retention", "Été", "Always on", "Clearance"];
    private static readonly string[] Audiences = ["LAL 1%", "LAL 3%", "RMK 30d", "RMK 180d", "Broad", "Interest: home", "Interest: sport", "Advantage+"];
    private static readonly string[] Formats = ["Video 15s", "Video 30s", "Carousel", "Static", "Story", "UGC"];

    public static string Account(Chance chance) => $"{chance.At(0).Pick(Brands)} {chance.At(1).Pick(Trades)}";

    public static string Campaign(Chance chance, string objective, int ordinal) =>
        $"{objective["OUTCOME_".Length..]} | {chance.At(0).Pick(Themes)} | {ordinal + 1:00}";

    public static string AdSet(Chance chance, int ordinal) => $"{chance.At(0).Pick(Audiences)} - {ordinal + 1:000}";

    public static string Ad(Chance chance, bool video, int ordinal) =>
        $"{(video ? Formats[chance.At(0).Below(2)] : Formats[2 + chance.At(0).Below(4)])} - hook {ordinal + 1}";
}
