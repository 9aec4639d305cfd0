namespace MetaGrains.GraphSimulator.World;

/// <summary>Who sees the ads of a made-up account, for breakdowns.</summary>
internal sealed class AudienceShares(Market market, Chance chance)
{
    private static readonly string[] Ages = ["13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
    private static readonly int[] AgeWeights = [8, 130, 260, 240, 180, 120, 62];
    private static readonly string[] Genders = ["female", "male", "unknown"];
    private static readonly int[] GenderWeights = [500, 470, 30];
    private static readonly string[] Platforms = ["audience_network", "facebook", "instagram", "messenger"];
    private static readonly int[] PlatformWeights = [30, 520, 430, 20];

    private static readonly BreakdownCell[] AgeCells = Single("age", Ages);
    private static readonly BreakdownCell[] GenderCells = Single("gender", Genders);
    private static readonly BreakdownCell[] PlatformCells = Single("publisher_platform", Platforms);

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
        Breakdown.Platform => new BreakdownShares(PlatformCells, EachShare[..Platforms.Length], Placements),
        _ => Countries(),
    };

    private BreakdownShares Countries()
    {
        var countries = market.Countries.Order(StringComparer.Ordinal).ToArray();
        return new BreakdownShares(
            Single("country", countries),
            EachShare[..countries.Length],
            (ad, weights) => Vary(chance.At(2).At((ulong)ad.Id), [.. countries.Select((_, place) => 1000 / (place + 1))], weights));
    }

    private void People(AdEntity ad, int[] weights) => Vary(chance.At(0).At((ulong)ad.Id), PeopleWeights, weights);

    private void Placements(AdEntity ad, int[] weights) => Vary(chance.At(1).At((ulong)ad.Id), PlatformWeights, weights);

    private static void Vary(Chance ad, int[] typical, int[] weights)
    {
        for (var share = 0; share < typical.Length; share++)
            weights[share] = Math.Max(1, typical[share] * (500 + ad.At((ulong)share).Below(1000)) / 1000);
    }

    private static BreakdownCell[] Single(string name, string[] values) =>
        [.. values.Select(value => new BreakdownCell([(name, value)]))];
}
