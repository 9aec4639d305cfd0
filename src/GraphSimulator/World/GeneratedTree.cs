using System.Globalization;

namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// The campaigns, ad sets and ads of a made-up account. Lives are fixed dates; what exists yet, and in which status,
/// follows from the moment. Each object's life lies within its parent's.
/// </summary>
internal sealed class GeneratedTree
{
    private const int LaunchDays = 1_900;

    private static readonly DateOnly Beginning = new(2018, 1, 1);
    private static readonly DateOnly FirstLaunch = new(2021, 6, 1);
    private static readonly DateTimeOffset BeforeTheEpoch = DateTimeOffset.UnixEpoch.AddSeconds(-1);

    private static readonly EntityIssue Unbilled = new(
        1815869, "Ad has a payment issue", "The last payment of this ad account failed. Settle the balance to resume delivery.");

    private static readonly string[] Objectives =
        ["OUTCOME_SALES", "OUTCOME_SALES", "OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_LEADS", "OUTCOME_TRAFFIC", "OUTCOME_ENGAGEMENT", "OUTCOME_AWARENESS"];

    private readonly IdSpace _ids;
    private readonly int _account;
    private readonly AccountScale _scale;
    private readonly WorldCalendar _calendar;
    private readonly DateOnly _firstDay;
    private readonly EntityChanges? _changes;
    private readonly List<AdRhythm> _rhythms = [];
    private readonly List<AdEntity> _campaigns = [];
    private readonly List<AdEntity> _adSets = [];
    private readonly List<AdEntity> _ads = [];

    public GeneratedTree(Chance chance, IdSpace ids, int account, AccountScale scale, WorldCalendar calendar, EntityChanges? changes)
    {
        (_ids, _account, _scale, _calendar, _changes) = (ids, account, scale, calendar, changes);
        _firstDay = FirstDayOf(chance);
        Grow(chance.At(1), Math.Clamp((int)chance.At(2).Skewed(13, 1.05), 3, 800));
    }

    public IReadOnlyList<AdEntity> Campaigns => _campaigns;

    public IReadOnlyList<AdEntity> AdSets => _adSets;

    public IReadOnlyList<AdEntity> Ads => _ads;

    /// <summary>The day the account was opened.</summary>
    public static DateOnly FirstDayOf(Chance chance) => Beginning.AddDays(chance.At(0).Below(1_200));

    public AdRhythm RhythmOf(AdEntity ad) => _rhythms[ad.Index];

    // Ordinals count what will ever be, so that an id does not depend on what exists yet.
    private void Grow(Chance chance, int allAds)
    {
        var (ads, adSets) = (0, 0);
        for (var campaign = 0; ads < allAds; campaign++)
        {
            var c = chance.At((ulong)campaign);
            // The oldest campaign sells and never ends, so every account has delivery and purchases on any date.
            var objective = campaign == 0 ? Objectives[0] : c.At(0).Pick(Objectives);
            var life = campaign == 0
                ? new Life(_firstDay.AddDays(c.At(1).Below(30)), null)
                : Life.Starting(FirstLaunch.AddDays(c.At(1).Below(LaunchDays)), c.At(2), endless: 720, 30, 600);
            var node = AddCampaign(c.At(3), campaign, objective, life);
            var setsHere = 1 + c.At(4).Below(4);
            for (var set = 0; set < setsHere && ads < allAds; set++, adSets++)
            {
                var s = c.At(10 + (ulong)set);
                var setLife = set == 0 && campaign == 0 ? life : life.Within(s.At(1), 30, endless: 850, 20, 400);
                var setNode = AddAdSet(s.At(3), adSets, node, setLife);
                var adsHere = 1 + s.At(4).Below(4);
                for (var ad = 0; ad < adsHere && ads < allAds; ad++, ads++)
                {
                    var a = s.At(10 + (ulong)ad);
                    var adLife = ads == 0 ? life : setLife.Within(a.At(1), 60, endless: 760, 14, 300);
                    AddAd(a, ads, setNode, objective, adLife);
                }
            }
        }
    }

    private AdEntity? AddCampaign(Chance chance, int ordinal, string objective, Life life)
    {
        if (life.First > _calendar.Today)
            return null;
        var id = _ids.ObjectId(_account, EntityKind.Campaign, ordinal);
        var change = _changes?.Find(id);
        var status = change?.Status ?? StatusOf(chance.At(0), life);
        var node = new AdEntity
        {
            Kind = EntityKind.Campaign,
            Id = id,
            Index = _campaigns.Count,
            Name = change?.Name ?? AdNames.Campaign(chance.At(1), objective, ordinal),
            Status = status,
            EffectiveStatus = change?.EffectiveStatus ?? status,
            Issue = change?.Issue,
            IsMadeUp = true,
            CreatedTime = _calendar.Stamp(life.First, chance.At(2)),
            UpdatedTime = Updated(life, chance.At(2), change),
            // A campaign whose start was never set tells the second before the epoch (recorded).
            StartTime = chance.At(5).Permille(80) ? _calendar.Stamp(BeforeTheEpoch) : _calendar.Stamp(life.First, chance.At(2)),
            StopTime = life.Last is { } last ? _calendar.Stamp(last, chance.At(3)) : null,
            Objective = objective,
            BuyingType = "AUCTION",
            BidStrategy = "LOWEST_COST_WITHOUT_CAP",
        };
        _campaigns.Add(node);
        return node;
    }

    private AdEntity? AddAdSet(Chance chance, int ordinal, AdEntity? campaign, Life life)
    {
        if (campaign is null || life.First > _calendar.Today)
            return null;
        var id = _ids.ObjectId(_account, EntityKind.AdSet, ordinal);
        var change = _changes?.Find(id);
        var status = change?.Status ?? StatusOf(chance.At(0), life);
        var node = new AdEntity
        {
            Kind = EntityKind.AdSet,
            Id = id,
            Index = _adSets.Count,
            Parent = campaign,
            Name = change?.Name ?? AdNames.AdSet(chance.At(1), ordinal),
            Status = status,
            EffectiveStatus = change?.EffectiveStatus ?? Effective(status, campaign.EffectiveStatus, "CAMPAIGN_PAUSED"),
            Issue = change?.Issue,
            IsMadeUp = true,
            CreatedTime = _calendar.Stamp(life.First, chance.At(2)),
            UpdatedTime = Updated(life, chance.At(2), change),
            StartTime = _calendar.Stamp(life.First, chance.At(2)),
            StopTime = life.Last is { } last ? _calendar.Stamp(last, chance.At(3)) : null,
            BillingEvent = "IMPRESSIONS",
            OptimizationGoal = campaign.Objective == "OUTCOME_TRAFFIC" ? "LINK_CLICKS" : "OFFSITE_CONVERSIONS",
            DailyBudget = ((1 + chance.At(4).Below(40)) * 500).ToString(CultureInfo.InvariantCulture),
            BudgetRemaining = "0",
            AttributionSetting = _scale.MixesAttribution ? chance.At(6).Pick(AttributionRule.Mixed) : AttributionRule.Usual,
        };
        _adSets.Add(node);
        return node;
    }

    private void AddAd(Chance chance, int ordinal, AdEntity? adSet, string objective, Life life)
    {
        if (adSet is null || life.First > _calendar.Today)
            return;
        var id = _ids.ObjectId(_account, EntityKind.Ad, ordinal);
        var change = _changes?.Find(id);
        var status = change?.Status ?? StatusOf(chance.At(0), life);
        var effective = Effective(
            status,
            adSet.EffectiveStatus,
            adSet.EffectiveStatus == "PAUSED" ? "ADSET_PAUSED" : "CAMPAIGN_PAUSED");
        var rhythm = new AdRhythm(chance.At(5), _scale, objective, life.First, life.Last) { Quiet = Quiet(id, adSet) };
        var ails = effective == "ACTIVE" && (change is null or { Status: null, EffectiveStatus: null }) && chance.At(3).Permille(20);
        _ads.Add(new AdEntity
        {
            Kind = EntityKind.Ad,
            Id = id,
            Index = _ads.Count,
            Parent = adSet,
            Name = change?.Name ?? AdNames.Ad(chance.At(2), rhythm.IsVideo, ordinal),
            Status = status,
            EffectiveStatus = ails ? "WITH_ISSUES" : change?.EffectiveStatus ?? effective,
            Issue = ails ? Unbilled : change?.Issue,
            IsMadeUp = true,
            CreatedTime = _calendar.Stamp(life.First, chance.At(4)),
            UpdatedTime = Updated(life, chance.At(4), change),
            CreativeId = IdSpace.CreativeOf(id),
        });
        _rhythms.Add(rhythm);
    }

    // What is switched off during a day still has that day.
    private List<QuietDays> Quiet(long ad, AdEntity adSet)
    {
        if (_changes is null)
            return [];
        long[] ids = [ad, adSet.Id, adSet.Parent!.Id];
        return [.. ids
            .SelectMany(id => _changes.Find(id)?.Off ?? [])
            .Select(off => new QuietDays(_calendar.DateOf(off.Since), off.Until is { } until ? _calendar.DateOf(until) : null))];
    }

    // Over means paused; some of it was later archived, a little deleted.
    private string StatusOf(Chance chance, Life life) => life.Last >= _calendar.Today || life.Last is null
        ? "ACTIVE"
        : chance.Below(100) switch { < 22 => "ARCHIVED", < 28 => "DELETED", _ => "PAUSED" };

    // A status comes down from the parent and never goes up; what is put away stays put away.
    private static string Effective(string own, string parent, string whenParentPauses) => (own, parent) switch
    {
        ("DELETED", _) or (_, "DELETED") => "DELETED",
        ("ARCHIVED", _) or (_, "ARCHIVED") => "ARCHIVED",
        (_, "PAUSED" or "CAMPAIGN_PAUSED") => whenParentPauses,
        _ => own,
    };

    private string Updated(Life life, Chance chance, EntityChange? change) => change is not null
        ? _calendar.Stamp(change.At)
        : _calendar.Stamp(life.Last < _calendar.Today ? life.Last.Value : life.First, chance);

    /// <summary>First and last day of delivery.</summary>
    private readonly record struct Life(DateOnly First, DateOnly? Last)
    {
        public static Life Starting(DateOnly first, Chance chance, int endless, int least, int spread) =>
            new(first, chance.At(0).Permille(endless) ? null : first.AddDays(least + chance.At(1).Below(spread)));

        /// <summary>A life inside this one that starts within some days of it.</summary>
        public Life Within(Chance chance, int delay, int endless, int least, int spread)
        {
            var first = First.AddDays(chance.At(2).Below(delay));
            if (first > Last)
                first = First;
            var life = Starting(first, chance, endless, least, spread);
            return Last is { } last && (life.Last is null || life.Last > last) ? life with { Last = last } : life;
        }
    }
}
