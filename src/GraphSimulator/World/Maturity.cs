namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// How a young day reads. Today fills up quarter of an hour by quarter of an hour; for two days some of the traffic is
/// still counted that is taken out later; conversions off Meta are dated by their own day and are reported for up to 28
/// days after it. From then on nothing moves. A function of the ad, the day and the moment alone, so answers and truth
/// of one moment agree.
/// </summary>
internal sealed class Maturity(WorldCalendar calendar, ActionCatalog catalog)
{
    /// <summary>After this many days a day is final.</summary>
    public const int FinalAfterDays = 28;

    // Share of a day's conversions that are reported after so many days; straight lines between.
    private static readonly (int Day, double Share)[] Reported = [(0, 0.7), (1, 0.86), (2, 0.91), (3, 0.94), (7, 0.98), (FinalAfterDays, 1)];

    private readonly double _passed = calendar.TodayPassed;

    /// <summary>How much of a day is over: 1 for every day before today.</summary>
    public double Passed(DateOnly date) => date < calendar.Today ? 1 : date == calendar.Today ? _passed : 0;

    /// <summary>A day that has just begun has no rows yet.</summary>
    public bool HasBegun(DateOnly date) => Passed(date) > 0;

    public void Apply(Chance chance, DateOnly date, AdDay day)
    {
        var age = calendar.Today.DayNumber - date.DayNumber;
        if (age >= FinalAfterDays)
            return;
        var passed = Passed(date);
        if (passed < 1)
            Shorten(chance.At(50), passed, day);
        else if (age <= 2)
            Inflate(chance.At(51), age, day);
        var share = ShareAt(age + (passed < 1 ? passed : 0));
        foreach (var kind in catalog.OffMeta)
            day.Actions[kind] = Part(day.Actions[kind], share, chance.At(60 + (ulong)kind));
    }

    private static double ShareAt(double age)
    {
        var next = Array.FindIndex(Reported, point => point.Day >= age);
        if (next <= 0)
            return Reported[0].Share;
        var (from, to) = (Reported[next - 1], Reported[next]);
        return from.Share + ((to.Share - from.Share) * (age - from.Day) / (to.Day - from.Day));
    }

    // One chance for all counts: what was no more than something else stays so, clicks within impressions and visits
    // within clicks.
    private static void Shorten(Chance chance, double passed, AdDay day)
    {
        day.Impressions = Math.Max(1, Count(day.Impressions, passed, chance.At(0)));
        day.SpendMinor = Count(day.SpendMinor, passed, chance.At(0));
        day.Clicks = Math.Min(day.Impressions, Count(day.Clicks, passed, chance.At(0)));
        day.Reach = Math.Clamp(Count(day.Reach, passed, chance.At(0)), 1, day.Impressions);
        for (var kind = 0; kind < day.Actions.Length; kind++)
            day.Actions[kind] = Part(day.Actions[kind], passed, chance);
    }

    // One ad-day in three reads up to two percent too high at first.
    private static void Inflate(Chance chance, int age, AdDay day)
    {
        if (!chance.At(0).Permille(333))
            return;
        var rate = chance.At(1).Between(0.004, 0.02) * (3 - age) / 2;
        day.Impressions += (long)Math.Ceiling(day.Impressions * rate);
        day.SpendMinor += (long)(day.SpendMinor * rate);
        day.Clicks = Math.Min(day.Impressions, day.Clicks + (long)(day.Clicks * rate));
    }

    // A count that grows with its share and is whole when the share is.
    private static long Count(long whole, double share, Chance chance) => Math.Min(whole, (long)((whole * share) + chance.Unit));

    private static ActionTally Part(ActionTally whole, double share, Chance chance)
    {
        var things = whole.Count.Click28 + whole.Count.View1;
        if (things == 0)
            return whole;
        var click1 = Count(whole.Count.Click1, share, chance.At(0));
        var click7 = click1 + Count(whole.Count.Click7 - whole.Count.Click1, share, chance.At(1));
        var click28 = click7 + Count(whole.Count.Click28 - whole.Count.Click7, share, chance.At(2));
        var count = ByWindow.Attributed(click1, click7, click28, Count(whole.Count.View1, share, chance.At(3)));
        return new ActionTally(count, count.Times((whole.Value.Click28 + whole.Value.View1) / things));
    }
}
