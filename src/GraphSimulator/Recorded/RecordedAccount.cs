using MetaGrains.GraphSimulator.World;
using NodaTime;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>The recorded account. Rows above the ads are sums of the ads; only reach is read from other recordings.</summary>
internal sealed class RecordedAccount : AdAccount
{
    private static readonly DateTimeZone Prague = DateTimeZoneProviders.Tzdb["Europe/Prague"];

    private readonly RecordedBooks _books;

    private RecordedAccount(RecordedBooks books) => _books = books;

    public override IReadOnlyList<AdEntity> Campaigns => _books.Campaigns;

    public override IReadOnlyList<AdEntity> AdSets => _books.AdSets;

    public override IReadOnlyList<AdEntity> Ads => _books.Ads;

    public static RecordedAccount Create(RecordedBooks books, DateTimeOffset now, AccountCorrections corrections) => new(books)
    {
        Number = books.Number,
        Name = books.Name,
        Currency = books.Currency,
        Zone = Prague,
        BusinessName = books.BusinessName,
        FirstDay = books.Days.Keys.Min(key => key.Date),
        Today = WorldCalendar.TodayIn(Prague, now),
        Actions = books.Actions,
        Corrections = corrections,
    };

    public override BreakdownShares? SharesOf(Breakdown breakdown) => null;

    public override long? Reach(AdEntity? entity, DateOnly since, DateOnly until, Totals totals)
    {
        if (entity is null || since != until)
            return null;
        if (entity.Kind == EntityKind.Ad)
            return totals.ReachSum;
        return _books.Reach.TryGetValue((entity.Id, since), out var reach) ? reach : null;
    }

    protected override bool Produces(AdEntity ad, DateOnly date) => _books.Days.ContainsKey((ad.Id, date));

    protected override bool Produce(AdEntity ad, DateOnly date, AdDay day)
    {
        if (!_books.Days.TryGetValue((ad.Id, date), out var recorded))
            return false;
        day.Clear();
        day.SpendMinor = recorded.SpendMinor;
        day.Impressions = recorded.Impressions;
        day.Clicks = recorded.Clicks;
        day.Reach = recorded.Reach;
        // Only the default value was recorded, no window beside it.
        foreach (var (kind, count) in recorded.Actions)
            day.Actions[kind] = new ActionTally(new ByWindow(count, 0, 0, 0, 0), default);
        return true;
    }
}
