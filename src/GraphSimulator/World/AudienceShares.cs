namespace MetaGrains.GraphSimulator.World;

/// <summary>Who sees the ads of a made-up account, for breakdowns.</summary>
/// <param name="maturity">Tells which hours of today are still to come; null when every day is whole.</param>
internal sealed class AudienceShares(Market market, Chance chance, Maturity? maturity)
{
    private static readonly string[] Ages = ["13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
    private static readonly int[] AgeWeights = [8, 130, 260, 240, 180, 120, 62];
    private static readonly string[] Genders = ["female", "male", "unknown"];
    private static readonly int[] GenderWeights = [500, 470, 30];
    private static readonly string[] Platforms = ["audience_network", "facebook", "instagram", "messenger"];
    private static readonly int[] PlatformWeights = [30, 520, 430, 20];

    private static readonly BreakdownCell[] AgeCells = Single("age", Ages);
    private static readonly BreakdownCell[] GenderCells = Single("gender", Genders);

    private static readonly BreakdownCell[] AgeGenderCells =
        [.. Ages.SelectMany(age => Genders.Select(gender => new BreakdownCell([("age", age), ("gender", gender)])))];

    private static readonly int[] PeopleWeights = [.. AgeWeights.SelectMany(age => GenderWeights.Select(gender => age * gender / 10))];
    private static readonly int[] EachShare = [.. Enumerable.Range(0, AgeGenderCells.Length)];
    private static readonly int[] AgeOfShare = [.. EachShare.Select(share => share / Genders.Length)];
    private static readonly int[] GenderOfShare = [.. EachShare.Select(share => share % Genders.Length)];

    public BreakdownShares Of(Breakdown breakdown) => breakdown switch
    {
        Breakdown.Age => new BreakdownShares(AgeCells, AgeOfShare, People),
        Breakdown.Gender => new BreakdownShares(GenderCells, GenderOfShare, People),
        Breakdown.AgeGender => new BreakdownShares(AgeGenderCells, EachShare, People),
        Breakdown.Platform => Plain("publisher_platform", Platforms, Placements),
        Breakdown.Position => Placement.Positions(Platforms, Placements),
        Breakdown.PlatformDevice => Placement.Devices(Platforms, Placements),
        Breakdown.PositionDevice => Placement.PositionDevices(Platforms, Placements),
        Breakdown.Country => Plain("country", SortedCountries(), Countries),
        Breakdown.Region => Regions.Of(SortedCountries(), Countries),
        Breakdown.HourOfAdvertiser => Hours.Of("hourly_stats_aggregated_by_advertiser_time_zone", Hourly),
        Breakdown.HourOfAudience => Hours.Of("hourly_stats_aggregated_by_audience_time_zone", Hourly),
        Breakdown.FrequencyValue => Plain("frequency_value", ["1", "2", "3", "4", "5-7", "8+"], (ad, _, weights) => Vary(chance.At(4).At((ulong)ad.Id), [520, 220, 110, 70, 60, 20], weights)),
        _ => Plain("product_id", [.. Enumerable.Range(1, 4).Select(product => $"{5_000_000_000_000_000 + (long)(chance.At(5).At((ulong)product).Bits % 1_000_000_000_000)}, Artikel {product}")], (ad, _, weights) => Vary(chance.At(6).At((ulong)ad.Id), [400, 300, 200, 100], weights)),
    };

    private static BreakdownShares Plain(string name, string[] values, Action<AdEntity, DateOnly, int[]> weights) =>
        new(Single(name, values), [.. Enumerable.Range(0, values.Length)], weights);

    private string[] SortedCountries() => [.. market.Countries.Order(StringComparer.Ordinal)];

    private void People(AdEntity ad, DateOnly date, int[] weights) => Vary(chance.At(0).At((ulong)ad.Id), PeopleWeights, weights);

    private void Placements(AdEntity ad, DateOnly date, int[] weights) => Vary(chance.At(1).At((ulong)ad.Id), PlatformWeights, weights);

    private void Countries(AdEntity ad, DateOnly date, int[] weights) =>
        Vary(chance.At(2).At((ulong)ad.Id), [.. market.Countries.Select((_, place) => 1000 / (place + 1))], weights);

    // The hours of today that are still to come have nothing yet.
    private void Hourly(AdEntity ad, DateOnly date, int[] weights)
    {
        Vary(chance.At(3).At((ulong)ad.Id), Hours.Typical, weights);
        var begun = maturity is null ? weights.Length : Math.Max(1, (int)Math.Ceiling(maturity.Passed(date) * weights.Length));
        weights.AsSpan(begun).Clear();
    }

    private static void Vary(Chance ad, int[] typical, int[] weights)
    {
        for (var share = 0; share < typical.Length; share++)
            weights[share] = Math.Max(1, typical[share] * (500 + ad.At((ulong)share).Below(1000)) / 1000);
    }

    private static BreakdownCell[] Single(string name, string[] values) =>
        [.. values.Select(value => new BreakdownCell([(name, value)]))];
}
