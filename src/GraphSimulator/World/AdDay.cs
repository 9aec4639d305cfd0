namespace MetaGrains.GraphSimulator.World;

/// <summary>A number by attribution window. Click windows are nested, the view window stands beside them.</summary>
/// <param name="Default">What <c>value</c> shows: the ad set's own setting.</param>
internal readonly record struct ByWindow(long Default, long Click1, long Click7, long Click28, long View1)
{
    /// <summary>By the common setting, 7 days after a click or 1 day after a view.</summary>
    public static ByWindow Attributed(long click1, long click7, long click28, long view1) =>
        new(click7 + view1, click1, click7, click28, view1);

    /// <summary>Something that happens on Meta itself, at the click.</summary>
    public static ByWindow AtClick(long count) => new(count, count, count, count, 0);

    public static ByWindow operator +(ByWindow a, ByWindow b) =>
        new(a.Default + b.Default, a.Click1 + b.Click1, a.Click7 + b.Click7, a.Click28 + b.Click28, a.View1 + b.View1);

    /// <summary>The same number of things at one price.</summary>
    public ByWindow Times(long price) =>
        new(Default * price, Click1 * price, Click7 * price, Click28 * price, View1 * price);
}

/// <summary>One counted kind of action: how often, and what it was worth in minor units.</summary>
internal readonly record struct ActionTally(ByWindow Count, ByWindow Value)
{
    public static ActionTally operator +(ActionTally a, ActionTally b) => new(a.Count + b.Count, a.Value + b.Value);
}

/// <summary>What one ad delivered on one day, in whole minor units. A scratch object that is filled again and again.</summary>
internal sealed class AdDay(int countedKinds)
{
    public long SpendMinor { get; set; }

    public long Impressions { get; set; }

    public long Clicks { get; set; }

    public long Reach { get; set; }

    public ActionTally[] Actions { get; } = new ActionTally[countedKinds];

    public void Clear()
    {
        (SpendMinor, Impressions, Clicks, Reach) = (0, 0, 0, 0);
        Array.Clear(Actions);
    }
}

/// <summary>The sum of ad-days that one answer row stands for.</summary>
internal sealed class Totals(int countedKinds)
{
    public long SpendMinor { get; private set; }

    public long Impressions { get; private set; }

    public long Clicks { get; private set; }

    /// <summary>Sum and maximum of the parts' reach: bounds of the de-duplicated reach, which never adds up.</summary>
    public long ReachSum { get; private set; }

    public long ReachMax { get; private set; }

    /// <summary>Ad-days in it.</summary>
    public long Rows { get; private set; }

    public ActionTally[] Actions { get; } = new ActionTally[countedKinds];

    public void Clear()
    {
        (SpendMinor, Impressions, Clicks, ReachSum, ReachMax, Rows) = (0, 0, 0, 0, 0, 0);
        Array.Clear(Actions);
    }

    public void Add(AdDay day)
    {
        SpendMinor += day.SpendMinor;
        Impressions += day.Impressions;
        Clicks += day.Clicks;
        ReachSum += day.Reach;
        ReachMax = Math.Max(ReachMax, day.Reach);
        Rows++;
        for (var kind = 0; kind < Actions.Length; kind++)
            Actions[kind] += day.Actions[kind];
    }

    public ActionTally Of(ActionType type)
    {
        var sum = default(ActionTally);
        foreach (var part in type.Parts)
            sum += Actions[part];
        return sum;
    }
}
