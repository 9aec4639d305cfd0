using NodaTime;

namespace MetaGrains.GraphSimulator.World;

/// <summary>A made-up account: what <see cref="GeneratedTree"/> grew, and how it delivers.</summary>
internal sealed class GeneratedAccount : AdAccount
{
    private static readonly ActionCatalog Catalog = new(
        AdRhythm.CountedKinds,
        [
            new ActionType("page_engagement", [AdRhythm.LinkClick, AdRhythm.PostReaction, AdRhythm.Comment, AdRhythm.VideoView, AdRhythm.Like], HasValue: false),
            new ActionType("post_engagement", [AdRhythm.LinkClick, AdRhythm.PostReaction, AdRhythm.Comment, AdRhythm.VideoView], HasValue: false),
            new ActionType("link_click", [AdRhythm.LinkClick], HasValue: false),
            new ActionType("landing_page_view", [AdRhythm.LandingPageView], HasValue: false),
            new ActionType("post_reaction", [AdRhythm.PostReaction], HasValue: false),
            new ActionType("comment", [AdRhythm.Comment], HasValue: false),
            new ActionType("video_view", [AdRhythm.VideoView], HasValue: false),
            new ActionType("like", [AdRhythm.Like], HasValue: false),
            new ActionType("lead", [AdRhythm.PixelLead], HasValue: false),
            new ActionType("offsite_conversion.fb_pixel_lead", [AdRhythm.PixelLead], HasValue: false),
            new ActionType("omni_purchase", [AdRhythm.PixelPurchase, AdRhythm.AppPurchase], HasValue: true),
            new ActionType("purchase", [AdRhythm.PixelPurchase, AdRhythm.AppPurchase], HasValue: true),
            new ActionType("offsite_conversion.fb_pixel_purchase", [AdRhythm.PixelPurchase], HasValue: true),
            new ActionType("app_custom_event.fb_mobile_purchase", [AdRhythm.AppPurchase], HasValue: true),
        ],
        onWebsites: [AdRhythm.PixelLead, AdRhythm.PixelPurchase],
        inApps: [AdRhythm.AppPurchase]);

    // Grown when first looked at: a list of accounts needs no ads.
    private readonly Lazy<GeneratedTree> _tree;
    private readonly AudienceShares _audience;
    private readonly Maturity? _maturity;

    private GeneratedAccount(Lazy<GeneratedTree> tree, AudienceShares audience, Maturity? maturity)
    {
        _tree = tree;
        _audience = audience;
        _maturity = maturity;
    }

    public override IReadOnlyList<AdEntity> Campaigns => _tree.Value.Campaigns;

    public override IReadOnlyList<AdEntity> AdSets => _tree.Value.AdSets;

    public override IReadOnlyList<AdEntity> Ads => _tree.Value.Ads;

    public static GeneratedAccount Create(Chance chance, IdSpace ids, int index, DateTimeOffset now, AccountCorrections? corrections, WorldHabits habits)
    {
        var market = Market.Of(chance.At(0), index);
        var zone = DateTimeZoneProviders.Tzdb[chance.At(1).Pick(market.Zones)];
        var scale = new AccountScale(market, chance.At(2).Skewed(900, 0.9), chance.At(3).Permille(150), habits.MixesAttribution);
        var calendar = new WorldCalendar(zone, now);
        var firstDay = GeneratedTree.FirstDayOf(chance.At(4));
        var tree = new Lazy<GeneratedTree>(() => new GeneratedTree(chance.At(4), ids, index, scale, calendar, corrections?.Entities));
        var businessId = 100_000_000_000_000 + (long)(chance.At(6).Bits % 900_000_000_000_000);
        var name = AdNames.Account(chance.At(7));
        var maturity = habits.Restates ? new Maturity(calendar, Catalog) : null;
        return new GeneratedAccount(tree, new AudienceShares(market, chance.At(8), maturity), maturity)
        {
            Number = ids.AccountNumber(index),
            Name = name,
            Currency = Currency.Find(market.Code)!,
            Zone = zone,
            BusinessId = businessId,
            BusinessName = $"{name} GmbH",
            CreatedTime = calendar.Stamp(firstDay, chance.At(9)),
            FirstDay = firstDay,
            Today = calendar.Today,
            Actions = Catalog,
            Corrections = corrections,
        };
    }

    public override BreakdownShares SharesOf(Breakdown breakdown) => _audience.Of(breakdown);

    // People see several ads on several days: somewhere between the largest part and the sum of all.
    public override long? Reach(AdEntity? entity, DateOnly since, DateOnly until, Totals totals) =>
        totals.ReachMax + ((totals.ReachSum - totals.ReachMax) * 3 / 5);

    protected override bool Produces(AdEntity ad, DateOnly date) =>
        _tree.Value.RhythmOf(ad).Delivers(date) && _maturity?.HasBegun(date) != false;

    protected override bool Produce(AdEntity ad, DateOnly date, AdDay day)
    {
        var rhythm = _tree.Value.RhythmOf(ad);
        if (_maturity?.HasBegun(date) == false || !rhythm.Fill(date, day))
            return false;
        _maturity?.Apply(rhythm.ChanceOf(date), date, day);
        var rule = AttributionRule.Of(ad);
        foreach (var kind in Catalog.OffMeta)
            day.Actions[kind] = rule.Apply(day.Actions[kind]);
        return true;
    }
}

/// <summary>What a world does that a simpler one does not.</summary>
/// <param name="Restates">Days read otherwise while they are young.</param>
/// <param name="MixesAttribution">Ad sets have different attribution settings.</param>
internal readonly record struct WorldHabits(bool Restates, bool MixesAttribution);
