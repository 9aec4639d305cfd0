namespace MetaGrains.Core.Budget;

/// <summary>
/// What one call costs in percent of its limit, from how the stated percentage grew with our own calls between two
/// statements that lie close together. Others' calls make it seem dearer, which errs on the safe side; an error weighs
/// little, since each new statement is taken as it is and the cost only fills the time until the next.
/// </summary>
/// <param name="Percent">Percent that the statements grew by.</param>
/// <param name="Calls">Our own calls between them.</param>
public readonly record struct LearnedCost(double Percent, double Calls)
{
    /// <summary>Two statements are close together when the window holds this many of such distances.</summary>
    public const int Near = 60;

    /// <summary>Calls that make it known.</summary>
    private const int Enough = 4;

    /// <summary>Calls after which what was learned first begins to fade, so that a changed limit is learned anew.</summary>
    private const int Memory = 256;

    private const int Sure = 32;

    private const int Surprise = 8;

    /// <summary>More than this above our own calls is others'.</summary>
    private const double Little = 1.3;

    /// <summary>Calls that make a level telling.</summary>
    public const int Telling = 16;

    /// <summary>A limit of more calls than this is as good as none.</summary>
    private const double Most = 100_000;

    /// <summary>A statement in whole percent hides up to this much.</summary>
    private const double Hidden = 1;

    /// <summary>The cost of one call, or null while too little is known.</summary>
    public double? PerCall => Calls >= Enough ? Math.Max(Percent, Hidden) / Calls : null;

    /// <summary>Whether it was learned from so many calls that a few odd ones do not matter.</summary>
    public bool IsSure => Calls >= Sure;

    /// <summary>From a refusal by a limit that no header states: so many calls of ours were too many.</summary>
    public static LearnedCost OfRefusal(int own) => new(100, Math.Max(Enough, own));

    /// <summary>Nobody refuses any more: perhaps a quarter more calls are allowed.</summary>
    public LearnedCost Hope => Calls > Most ? default : this with { Calls = Calls * 1.25 };

    /// <summary>
    /// All that was stated is no less than what our own calls cost, as long as what it grew by says so, too: calls that
    /// failed Meta may not have counted.
    /// </summary>
    /// <param name="percent">The statement.</param>
    /// <param name="held">Those of our own calls that Meta's window surely held.</param>
    /// <param name="grown">Percent since the statement before.</param>
    /// <param name="calls">Our own calls since then, at least one.</param>
    public LearnedCost AtMost(double percent, int held, double grown, int calls)
    {
        var most = Math.Max((percent + Hidden) / Math.Max(1, held), (grown + Hidden) / calls);
        return held >= Telling && PerCall > most ? this with { Percent = most * Calls } : this;
    }

    /// <summary>A level a little below what our own calls should make is a cost that was learned too high.</summary>
    /// <param name="percent">The statement.</param>
    /// <param name="held">Those of our own calls that Meta's window surely held.</param>
    public LearnedCost NotAbove(double percent, int held)
    {
        var most = (percent + Hidden) / Math.Max(1, held);
        return held >= Telling && PerCall > most && PerCall < most * Little ? this with { Percent = most * Calls } : this;
    }

    /// <summary>
    /// A level a little above what our own calls should make is no sign of others but of a cost that was learned too low:
    /// which errs on the side of fewer calls.
    /// </summary>
    /// <param name="percent">The statement.</param>
    /// <param name="own">Our own calls of the window.</param>
    public LearnedCost AtLeast(double percent, int own)
    {
        var level = percent / Math.Max(1, own);
        return own >= Telling && PerCall < level && level < PerCall * Little ? this with { Percent = level * Calls } : this;
    }

    /// <summary>Learns from two statements.</summary>
    /// <param name="grown">Percent between them, not less than zero.</param>
    /// <param name="calls">Our own calls between them, at least one.</param>
    /// <param name="percent">The later statement.</param>
    /// <param name="own">All of our own calls in it.</param>
    public LearnedCost Take(double grown, int calls, double percent, int own)
    {
        // A jump that our own calls cannot explain is others', or a limit that was cut: the level says how much at most.
        // Calls of ours that are not known yet make jumps, too, and small steps after them.
        var most = Surprise * calls * (percent / Math.Max(1, own));
        var next = new LearnedCost(Percent + Math.Min(grown, most), Calls + calls);
        return next.Calls > Memory ? new LearnedCost(next.Percent / 2, next.Calls / 2) : next;
    }
}
