namespace MetaGrains.GraphSimulator.World;

/// <summary>Where an account advertises: its currency and what goes with it.</summary>
/// <param name="Code">Currency of the account.</param>
/// <param name="Zones">IANA zones that its accounts are in.</param>
/// <param name="Countries">Countries that its ads reach.</param>
/// <param name="MinorPerMille">Minor units that 1,000 impressions cost at the median.</param>
/// <param name="BasketMinor">Minor units of the median purchase.</param>
internal sealed record Market(
    string Code,
    IReadOnlyList<string> Zones,
    IReadOnlyList<string> Countries,
    int MinorPerMille,
    int BasketMinor)
{
    private static readonly Market Euro = new(
        "EUR",
        ["Europe/Prague", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Helsinki", "Europe/Lisbon"],
        ["DE", "FR", "ES", "IT", "NL", "CZ", "FI", "PT"],
        620,
        5_900);

    private static readonly Market Dollar = new(
        "USD",
        ["America/New_York", "America/Los_Angeles", "America/Chicago", "America/Phoenix", "America/St_Johns", "Asia/Kolkata"],
        ["US", "CA", "MX", "IN", "AU"],
        1_150,
        7_200);

    private static readonly Market Pound = new("GBP", ["Europe/London"], ["GB", "IE"], 780, 4_800);

    private static readonly Market Yen = new("JPY", ["Asia/Tokyo"], ["JP"], 840, 6_400);

    /// <summary>
    /// The market of the account at a place. The first three places always are euro, dollar and yen, so that the
    /// smallest world already has several zones and a currency without decimals.
    /// </summary>
    public static Market Of(Chance account, int index) => (index, account.Below(100)) switch
    {
        (0, _) => Euro,
        (1, _) => Dollar,
        (2, _) => Yen,
        (_, < 46) => Euro,
        (_, < 86) => Dollar,
        (_, < 96) => Pound,
        _ => Yen,
    };
}
