namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// How one made-up ad delivers: its life, its size and its prices. <see cref="Fill"/> is a function of the ad and the
/// date alone.
/// </summary>
internal sealed class AdRhythm
{
    // Places of the counted kinds.
    public const int LinkClick = 0;
    public const int LandingPageView = 1;
    public const int PostReaction = 2;
    public const int Comment = 3;
    public const int VideoView = 4;
    public const int Like = 5;
    public const int PixelLead = 6;
    public const int PixelPurchase = 7;
    public const int AppPurchase = 8;
    public const int CountedKinds = 9;

    private const long MostImpressions = 5_000_000;

    private readonly Chance _chance;

    public AdRhythm(Chance chance, AccountScale scale, string objective, DateOnly first, DateOnly? last)
    {
        _chance = chance.At(100);
        First = first;
        Last = last ?? DateOnly.MaxValue;
        IsVideo = chance.At(1).Permille(350);
        QuietWeekends = chance.At(2).Permille(300);
        DailyImpressions = chance.At(3).Skewed(scale.ImpressionsPerAdDay, 0.8);
        MinorPerMille = chance.At(4).Skewed(scale.Market.MinorPerMille, 0.4);
        ClickRate = chance.At(5).Skewed(0.012, 0.5);
        Frequency = chance.At(6).Between(1.02, 1.6);
        BasketMinor = Math.Max(1, (long)chance.At(7).Skewed(scale.Market.BasketMinor, 0.5));
        LeadRate = objective == "OUTCOME_LEADS" ? chance.At(8).Between(0.02, 0.15) : 0;
        PurchaseRate = objective == "OUTCOME_SALES" ? chance.At(9).Between(0.01, 0.08) : 0;
        AppShare = scale.SellsInApp ? 0.3 : 0;
    }

    /// <summary>Days on which the ad or something above it was switched off.</summary>
    public IReadOnlyList<QuietDays> Quiet { get; init; } = [];

    public DateOnly First { get; }

    public DateOnly Last { get; }

    public bool IsVideo { get; }

    private bool QuietWeekends { get; }

    private double DailyImpressions { get; }

    private double MinorPerMille { get; }

    private double ClickRate { get; }

    private double Frequency { get; }

    private long BasketMinor { get; }

    private double LeadRate { get; }

    private double PurchaseRate { get; }

    private double AppShare { get; }

    /// <summary>Whether the ad delivers on a day: within its life, and not on one of its days off.</summary>
    public bool Delivers(DateOnly date) => Lives(date) && !DayOff(date, ChanceOf(date));

    public bool Fill(DateOnly date, AdDay day)
    {
        if (!Lives(date))
            return false;
        var chance = ChanceOf(date);
        if (DayOff(date, chance))
            return false;

        day.Clear();
        if (chance.At(1).Permille(25))
        {
            // Impressions that cost nothing do occur (spend "0").
            day.Impressions = 1 + chance.At(2).Below(6);
            day.Reach = day.Impressions;
            return true;
        }

        var weekend = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var impressions = chance.At(3).Skewed(DailyImpressions * (weekend ? 0.8 : 1.08), 0.35);
        day.Impressions = Math.Clamp(chance.At(4).Round(impressions), 1, MostImpressions);
        day.SpendMinor = chance.At(6).Round(chance.At(5).Skewed(MinorPerMille, 0.15) * day.Impressions / 1000.0);
        day.Clicks = Math.Min(day.Impressions, chance.At(8).Round(chance.At(7).Skewed(ClickRate, 0.2) * day.Impressions));
        day.Reach = Math.Clamp((long)(day.Impressions / Frequency), 1, day.Impressions);
        FillActions(chance, day);
        return true;
    }

    private void FillActions(Chance chance, AdDay day)
    {
        var links = Math.Min(day.Clicks, chance.At(10).Round(day.Clicks * 0.82));
        var views = Math.Min(links, chance.At(11).Round(links * 0.78));
        OnMeta(day, LinkClick, links);
        OnMeta(day, LandingPageView, views);
        OnMeta(day, PostReaction, chance.At(12).Round(day.Impressions * 0.0015));
        OnMeta(day, Comment, chance.At(13).Round(day.Impressions * 0.0002));
        OnMeta(day, Like, chance.At(14).Round(day.Impressions * 0.0001));
        if (IsVideo)
            day.Actions[VideoView] = new ActionTally(ByWindow.Attributed(0, 0, 0, chance.At(15).Round(day.Impressions * 0.21)), default);
        if (LeadRate > 0)
            OnWebsite(day, PixelLead, chance.At(16), views * LeadRate, day.Impressions, price: 0);
        if (PurchaseRate <= 0)
            return;
        var basket = Math.Max(1, (long)chance.At(17).Skewed(BasketMinor, 0.3));
        OnWebsite(day, PixelPurchase, chance.At(18), views * PurchaseRate, day.Impressions, basket);
        if (AppShare > 0)
            OnWebsite(day, AppPurchase, chance.At(19), views * PurchaseRate * AppShare, day.Impressions, basket);
    }

    private static void OnMeta(AdDay day, int kind, long count) => day.Actions[kind] = new ActionTally(ByWindow.AtClick(count), default);

    // What happens off Meta is attributed later than the click, and a little of it to a view.
    private static void OnWebsite(AdDay day, int kind, Chance chance, double expected, long impressions, long price)
    {
        var click28 = chance.At(0).Round(expected * 1.12);
        var click7 = click28 - chance.At(1).Round(click28 * 0.09);
        var click1 = click7 - chance.At(2).Round(click7 * 0.24);
        var view1 = chance.At(3).Round(Math.Min(expected * 0.15, impressions));
        var count = ByWindow.Attributed(Math.Max(0, click1), Math.Max(0, click7), click28, view1);
        day.Actions[kind] = new ActionTally(count, count.Times(price));
    }

    /// <summary>The chance that all of an ad's day follows.</summary>
    public Chance ChanceOf(DateOnly date) => _chance.At((ulong)date.DayNumber);

    private bool Lives(DateOnly date)
    {
        if (date < First || date > Last)
            return false;
        foreach (var quiet in Quiet)
        {
            if (quiet.Has(date))
                return false;
        }

        return true;
    }

    private bool DayOff(DateOnly date, Chance chance)
    {
        var weekend = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        return chance.At(0).Permille(weekend && QuietWeekends ? 400 : 55);
    }
}

/// <summary>What all ads of one account share.</summary>
/// <param name="Market">Currency and prices.</param>
/// <param name="ImpressionsPerAdDay">The median ad on the median day.</param>
/// <param name="SellsInApp">Whether purchases also happen in an app, so that the pixel's are not all.</param>
/// <param name="MixesAttribution">Whether ad sets have different attribution settings.</param>
internal sealed record AccountScale(Market Market, double ImpressionsPerAdDay, bool SellsInApp, bool MixesAttribution);
