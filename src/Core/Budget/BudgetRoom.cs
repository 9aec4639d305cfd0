using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>
/// How many permits a scope has left, and when it will have some. One idea for both modes: a limit of so many calls in a
/// window (mode fixed: the cap of a user; else 100 % ÷ the cost of a call), our own calls counted exactly, and others'
/// added as Meta's statements show them.
/// </summary>
internal readonly record struct BudgetRoom(BudgetRules Rules, AccessTier Access, ScopeLedger Ledger, int Lost, DateTimeOffset Now)
{
    // A millionth of a permit makes up for the rounding of percentages.
    private const double Rounding = 1e-6;

    private const double Doubt = 3;

    // Permits that find out how things are.
    private const int Probe = 2;

    // No limit is thought to be smaller than 20 calls.
    private const double MostPerCall = 5;

    private static readonly TimeSpan Exact = TimeSpan.FromMilliseconds(1);

    private TimeSpan Silence => Kind.Window() / 12;

    private LimitKind Kind => Ledger.Scope.Kind;

    private bool IsCapped => (Rules.Mode == BudgetMode.Fixed && Kind == LimitKind.User) || Kind == LimitKind.AsyncRuns;

    // Nothing but a throttle speaks of a limit that is neither documented nor stated.
    private bool IsUnknown => !IsCapped && Ledger.ObservedAt is null && !Kind.IsDocumented() && Ledger.Learned.PerCall is null;

    /// <summary>One call, in the unit of the limit: calls where a cap counts, else percent.</summary>
    public double Cost => IsCapped ? 1
        : Ledger.Learned.PerCall is not { } learned ? Math.Max(Kind.PercentPerCall(Access), Kind.IsDocumented() ? 0 : Level)
        : Ledger.Learned.IsSure || Ledger.OwnAtObservation < LearnedCost.Telling ? learned : Math.Max(learned, Level);

    // While few calls could be told apart from others' the level says what one costs at most.
    private double Level =>
        Ledger.ObservedAt is null || Ledger.OwnAtObservation == 0 ? 0 : Math.Min(MostPerCall, Ledger.Percent / Ledger.OwnAtObservation);

    /// <summary>The limit that HIGH may use up.</summary>
    private double Top => Kind == LimitKind.AsyncRuns ? Rules.AsyncRuns : IsCapped ? Rules.Cap : Rules.HardStopPercent;

    /// <summary>Permits that make up the limit.</summary>
    public double Permits => Top / Cost;

    /// <summary>Permits below which a request waits for more, so that a run is not begun for a hundredth of what it needs.</summary>
    public int Enough => IsUnknown ? 1 : Math.Min((int)Math.Clamp(Math.Ceiling(Permits / 100), 1, 8), MostInFlight());

    /// <summary>Calls per hour that the limit allows; infinite where nobody has told its size.</summary>
    public double PerHour =>
        (IsCapped && Kind == LimitKind.User) || Kind.IsDocumented() || Ledger.Learned.PerCall is not null
            ? Permits * (TimeSpan.FromHours(1) / Kind.Window()) : double.PositiveInfinity;

    private int Charged => Ledger.Settled + Ledger.InFlight + Lost;

    /// <summary>What is used by now, by anyone, in the unit of the limit.</summary>
    public double Used => Others(fading: true) + (Charged * Cost);

    /// <summary>Permits that a priority may take now; never negative. Blocks are not looked at.</summary>
    public int Of(Priority priority)
    {
        if (IsUnknown)
            return Exposed();
        var hard = Whole((Top - Used) / Cost);
        if (hard <= 0)
            return 0;
        var own = priority == Priority.High ? hard : Math.Clamp(Base(priority) + Released(priority), 0, hard);
        return Math.Min(own, Exposed());
    }

    /// <summary>By how many permits a lower rank may go into the reserve: it has earned them by waiting while HIGH had no need of them.</summary>
    public int Released(Priority priority) =>
        Ledger.ReleasedAt is { } since && since <= Now ? (int)Math.Min((Now - since) / Pace(priority), Reserve(priority)) : 0;

    /// <summary>The time in which a lower rank earns one permit of the reserve: the whole of it in half a window.</summary>
    public TimeSpan Pace(Priority priority) => Kind.Window() / (2 * Math.Max(1, Reserve(priority)));

    /// <summary>Whether a lower rank has too little left without the reserve.</summary>
    public bool IsInReserve(Priority priority) => priority != Priority.High && !IsUnknown && Base(priority) < Enough;

    private double Reserve(Priority priority) => (Top - Ceiling(priority)) / Cost;

    // Below zero where the reserve has been gone into.
    private int Base(Priority priority) => Whole((Ceiling(priority) - Used) / Cost);

    /// <summary>
    /// When there may be so many permits for a priority, if nothing happens but that time passes; null when only an event
    /// can make them.
    /// </summary>
    public DateTimeOffset? Opens(Priority priority, int permits, DateTimeOffset? lostUntil)
    {
        if (Ledger.IsBlocked(Now))
            return Ledger.BlockedUntil;
        var changes = Earlier(Ledger.NextForgotten, lostUntil);
        if (Ledger.ObservedAt + Silence is { } old && old > Now)
            changes = Earlier(changes, old);
        var (early, late) = (Now, Now + Kind.Window());
        late = changes < late ? changes.Value : late;
        if ((this with { Now = late }).Of(priority) < permits)
            return changes;
        // Until then others' use fades and the reserve is earned: there is never less than before.
        while (late - early > Exact)
        {
            var middle = early + ((late - early) / 2);
            (early, late) = (this with { Now = middle }).Of(priority) < permits ? (middle, late) : (early, middle);
        }

        return late;
    }

    /// <summary>An estimate of when so many permits will have come free.</summary>
    public DateTimeOffset Frees(int permits) =>
        (Ledger.NextForgotten ?? Now + Kind.Window()) + (Kind.Window() * Math.Min(1, permits / Math.Max(1, Math.Min(Permits, Charged))));

    // Before the size of a limit is known a few calls at a time find out; and while others may still hold what they held
    // when Meta spoke last.
    private int MostInFlight()
    {
        var most = Ledger.Exposure ?? int.MaxValue;
        if (!IsCapped && !Kind.IsDocumented() && Ledger.Learned.PerCall is null && (Ledger.ObservedAt is not null || (Kind != LimitKind.User && Ledger.Exposure is null)))
            most = Math.Min(most, Rules.FirstExposure);
        if (!IsUnknown && Others(fading: false) + (Charged * Cost) >= Top)
            most = Math.Min(most, (int)Math.Max(1, Permits / 200));
        // The next statement says what those have cost that are on their way: three times as dear they fit as well. Nothing
        // is taken for free that fades or is forgotten while nobody says so, for a quarter of the window.
        if (!IsUnknown && !IsCapped && Ledger.ObservedAt is { } at)
        {
            var stated = Others(fading: false) + ((Charged - Ledger.InFlight + ForgottenSince) * Cost);
            var level = Used - (Ledger.InFlight * Cost);
            level += (stated - level) * Math.Max(0, 1 - ((Now - at) / (Kind.Window() / 4)));
            most = Math.Min(most, (int)Math.Max(1, (100 - Math.Min(level, Top)) / Cost / Doubt));
            // Others may have taken the rest while nobody spoke.
            if (Now >= at + Silence && Ledger.Percent >= Rules.SoftBrakePercent)
                most = Math.Min(most, Probe);
        }

        return most;
    }

    private int Exposed() => MostInFlight() is var most && most == int.MaxValue ? most : Math.Max(0, most - Ledger.InFlight);

    // What Meta stated beyond our own calls decays evenly over the window. Where it states less than we made, it has
    // forgotten some of them already: those that our window forgets first do not make room a second time.
    private double Others(bool fading)
    {
        if (Ledger.ObservedAt is not { } at)
            return 0;
        var others = Stated - (Ledger.OwnAtObservation * Cost);
        if (others >= 0)
            return fading && Now > at ? others * Math.Max(0, 1 - ((Now - at) / Kind.Window())) : others;
        var early = IsCapped ? 0 : Math.Min(-others, (Ledger.OwnAtObservation - Ledger.HeldAtObservation) * Cost);
        return Math.Min(0, (ForgottenSince * Cost) - early);
    }

    private long ForgottenSince => Ledger.Forgotten - Ledger.ForgottenAtObservation;

    private double Stated => IsCapped ? Ledger.Percent / 100 * Rules.CallsPerHour : Ledger.Percent;

    private double Ceiling(Priority priority) =>
        !IsCapped ? Rules.Ceiling(priority) : priority == Priority.High || Kind == LimitKind.AsyncRuns ? Top : Top - Rules.HighReserve;

    private static int Whole(double permits) => (int)Math.Clamp(Math.Floor(permits + Rounding), int.MinValue, int.MaxValue);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
