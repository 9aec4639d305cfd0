namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// Cuts coarse shares into finer ones. Each coarse share falls into parts with the same sum of weights, so that the
/// parts of a coarse cell add up to exactly what the coarse breakdown shows.
/// </summary>
internal static class FineShares
{
    /// <summary>Weights of the parts of one share add up to this.</summary>
    public const int Whole = 100;

    /// <param name="cells">For each coarse share its cells.</param>
    /// <param name="parts">For each coarse share the weights of its parts.</param>
    public static BreakdownShares Of(BreakdownCell[][] cells, int[][] parts, Action<AdEntity, DateOnly, int[]> coarse)
    {
        var flat = parts.SelectMany((weights, share) => weights.Select(weight => (share, weight))).ToArray();
        return new BreakdownShares(
            [.. cells.SelectMany(cell => cell)],
            [.. Enumerable.Range(0, flat.Length)],
            (ad, date, weights) =>
            {
                var whole = new int[cells.Length];
                coarse(ad, date, whole);
                for (var part = 0; part < flat.Length; part++)
                    weights[part] = whole[flat[part].share] * flat[part].weight;
            });
    }
}

/// <summary>Where on Meta's platforms an ad is shown.</summary>
internal static class Placement
{
    private static readonly Dictionary<string, (string Position, int Weight)[]> OfPlatform = new(StringComparer.Ordinal)
    {
        ["audience_network"] = [("an_classic", 70), ("rewarded_video", 30)],
        ["facebook"] = [("feed", 62), ("facebook_reels", 18), ("facebook_stories", 8), ("instream_video", 7), ("marketplace", 5)],
        ["instagram"] = [("feed", 45), ("instagram_reels", 25), ("instagram_stories", 30)],
        ["messenger"] = [("messenger_inbox", 60), ("messenger_stories", 40)],
    };

    private static readonly (string Device, int Weight)[] DeviceWeights =
        [("android_smartphone", 48), ("desktop", 9), ("ipad", 3), ("iphone", 38), ("other", 2)];

    public static BreakdownShares Positions(string[] platforms, Action<AdEntity, DateOnly, int[]> weights) => FineShares.Of(
        [.. platforms.Select(platform => OfPlatform[platform].Select(part => Cell(platform, part.Position, null)).ToArray())],
        [.. platforms.Select(platform => OfPlatform[platform].Select(part => part.Weight).ToArray())],
        weights);

    public static BreakdownShares Devices(string[] platforms, Action<AdEntity, DateOnly, int[]> weights) => FineShares.Of(
        [.. platforms.Select(platform => DeviceWeights.Select(part => Cell(platform, null, part.Device)).ToArray())],
        [.. platforms.Select(_ => DeviceWeights.Select(part => part.Weight).ToArray())],
        weights);

    public static BreakdownShares PositionDevices(string[] platforms, Action<AdEntity, DateOnly, int[]> weights) => FineShares.Of(
        [.. platforms.Select(platform => OfPlatform[platform].SelectMany(part => DeviceWeights.Select(device => Cell(platform, part.Position, device.Device))).ToArray())],
        [.. platforms.Select(platform => OfPlatform[platform].SelectMany(part => DeviceWeights.Select(device => part.Weight * device.Weight)).ToArray())],
        weights);

    private static BreakdownCell Cell(string platform, string? position, string? device)
    {
        var keys = new List<(string, string)> { ("publisher_platform", platform) };
        if (position is not null)
            keys.Add(("platform_position", position));
        if (device is not null)
            keys.Add(("impression_device", device));
        return new BreakdownCell(keys);
    }
}

/// <summary>The regions of countries.</summary>
internal static class Regions
{
    private static readonly Dictionary<string, string[]> OfCountry = new(StringComparer.Ordinal)
    {
        ["AU"] = ["New South Wales", "Victoria"],
        ["CA"] = ["Ontario", "Quebec"],
        ["CZ"] = ["Praha", "Jihomoravský kraj"],
        ["DE"] = ["Baden-Württemberg", "Bayern", "Berlin"],
        ["ES"] = ["Cataluña", "Comunidad de Madrid"],
        ["FI"] = ["Uusimaa"],
        ["FR"] = ["Provence-Alpes-Côte d'Azur", "Île-de-France"],
        ["GB"] = ["England", "Scotland"],
        ["IE"] = ["Leinster"],
        ["IN"] = ["Karnataka", "Maharashtra"],
        ["IT"] = ["Lazio", "Lombardia"],
        ["JP"] = ["Osaka Prefecture", "Tokyo"],
        ["MX"] = ["Jalisco", "Mexico City"],
        ["NL"] = ["Noord-Holland", "Zuid-Holland"],
        ["PT"] = ["Lisbon", "Porto"],
        ["US"] = ["California", "New York", "Texas"],
    };

    public static BreakdownShares Of(string[] countries, Action<AdEntity, DateOnly, int[]> weights) => FineShares.Of(
        [.. countries.Select(country => OfCountry[country].Select(region => new BreakdownCell([("region", region)])).ToArray())],
        [.. countries.Select(country => Even(OfCountry[country].Length))],
        weights);

    private static int[] Even(int parts)
    {
        var weights = Enumerable.Repeat(FineShares.Whole / parts, parts).ToArray();
        weights[0] += FineShares.Whole - weights.Sum();
        return weights;
    }
}

/// <summary>The hours of a day.</summary>
internal static class Hours
{
    public static int[] Typical { get; } = [18, 10, 7, 5, 5, 8, 18, 32, 42, 46, 48, 50, 54, 50, 48, 46, 48, 54, 62, 72, 78, 74, 56, 34];

    public static BreakdownShares Of(string name, Action<AdEntity, DateOnly, int[]> weights) => new(
        [.. Enumerable.Range(0, 24).Select(hour => new BreakdownCell([(name, $"{hour:00}:00:00 - {hour:00}:59:59")]))],
        [.. Enumerable.Range(0, 24)],
        weights);
}
