using System.Collections.Immutable;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>Permits that may be used up to a moment, counted until the window after that moment has passed.</summary>
/// <param name="Through">The last moment at which they may have been used; the end of a bucket.</param>
/// <param name="Count">How many.</param>
public readonly record struct Charge(DateTimeOffset Through, int Count);

/// <summary>What Meta stated, and how many of our own calls were in it.</summary>
/// <param name="At">When.</param>
/// <param name="Percent">Percent used.</param>
/// <param name="Own">Our own calls.</param>
/// <param name="Forgotten">How many of our calls the window had forgotten by then.</param>
public readonly record struct StatedUsage(DateTimeOffset At, double Percent, int Own, long Forgotten);

/// <summary>
/// What is known of one scope: our own calls by the time at which they were made, permits that are in flight, and what
/// Meta stated. Immutable; every change costs the same however much is known.
/// </summary>
public sealed record ScopeLedger
{
    /// <summary>The scope.</summary>
    public required LimitScope Scope { get; init; }

    /// <summary>Calls that were made, by the end of their bucket, the oldest first; without <see cref="Latest"/>.</summary>
    public ImmutableQueue<Charge> Older { get; init; } = ImmutableQueue<Charge>.Empty;

    /// <summary>The newest bucket.</summary>
    public Charge Latest { get; init; }

    /// <summary>Calls in all buckets.</summary>
    public int Settled { get; init; }

    /// <summary>Permits of grants that are out: they may be used at any moment until their deadline.</summary>
    public int InFlight { get; init; }

    /// <summary>Percent used, by anyone, as Meta stated it last.</summary>
    public double Percent { get; init; }

    /// <summary>When Meta stated it.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>How many of our own calls were in that statement.</summary>
    public int OwnAtObservation { get; init; }

    /// <summary>How many of those Meta's window surely held: it may forget a tenth of its length earlier than ours.</summary>
    public int HeldAtObservation { get; init; }

    /// <summary>How many of our calls the window had forgotten by then.</summary>
    public long ForgottenAtObservation { get; init; }

    /// <summary>How many of our calls the window has forgotten.</summary>
    public long Forgotten { get; init; }

    /// <summary>The statement from which on calls and percent are compared, to learn what a call costs.</summary>
    public StatedUsage Before { get; init; }

    /// <summary>How long the last block was; zero when what followed it was served.</summary>
    public TimeSpan LastBlock { get; init; }

    /// <summary>What calls cost, learned from statement to statement.</summary>
    public LearnedCost Learned { get; init; }

    /// <summary>Until when Meta blocks the scope.</summary>
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>Permits that may be in flight at once, while the scope is not trusted yet: after a block, and before anything is known of it. Null: see the rules.</summary>
    public int? Exposure { get; init; }

    /// <summary>Up to when the pace at which lower ranks may use the reserve has been used; null while they have no need of it.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>Calls per hour that recurring work needs of this scope.</summary>
    public double DemandPerHour { get; init; }

    /// <summary>Whether people were told that the warning level is passed; told once per passing.</summary>
    public bool Warned { get; init; }

    // Meta counts in steps of its own, and each of our calls is kept until the end of its bucket.
    private TimeSpan MostAhead => Scope.Kind.Window() / 10;

    // An answer speaks of the moment at which Meta took the call, not of that at which the answer came: calls that were
    // sent shortly before it may not be in it. 3 s of an hour.
    private TimeSpan OnItsWay => Scope.Kind.Window() / 1200;

    /// <summary>All buckets, the oldest first.</summary>
    public IEnumerable<Charge> Charges => Latest.Count > 0 ? Older.Append(Latest) : Older;

    /// <summary>When the oldest bucket is forgotten; null when there is none.</summary>
    public DateTimeOffset? NextForgotten =>
        (Older.IsEmpty ? Latest.Count > 0 ? Latest.Through : (DateTimeOffset?)null : Older.Peek().Through) + Scope.Kind.Window();

    /// <summary>Whether the scope is blocked.</summary>
    public bool IsBlocked(DateTimeOffset now) => BlockedUntil > now;

    /// <summary>
    /// Permits that may have been used within the window that ends now, or may still be. A permit counts from its grant
    /// until a whole window after the last moment at which it can have been used: so no window holds more than the cap,
    /// whenever within its grant a call was sent.
    /// </summary>
    public int Charged(DateTimeOffset now) => At(now) is var current ? current.Settled + current.InFlight : 0;

    /// <summary>The ledger without what the window has forgotten.</summary>
    public ScopeLedger At(DateTimeOffset now)
    {
        if (!(NextForgotten <= now))
            return this;
        var (older, latest, settled, window) = (Older, Latest, Settled, Scope.Kind.Window());
        while (!older.IsEmpty && older.Peek().Through + window <= now)
        {
            older = older.Dequeue(out var gone);
            settled -= gone.Count;
        }

        if (older.IsEmpty && latest.Through + window <= now)
            (latest, settled) = (default, 0);
        return this with { Older = older, Latest = latest, Settled = settled, Forgotten = Forgotten + Settled - settled };
    }

    /// <summary>Permits go out.</summary>
    public ScopeLedger Give(int permits) => this with { InFlight = InFlight + permits };

    /// <summary>A grant is over: what was sent of it counts for a window, the rest is free.</summary>
    /// <param name="permits">Permits of the grant.</param>
    /// <param name="sent">How many were sent.</param>
    /// <param name="last">From when it counts.</param>
    /// <param name="sentAt">The last moment at which one was sent, by the clock of whoever sent it.</param>
    /// <param name="bucket">Width of a bucket.</param>
    public ScopeLedger Settle(int permits, int sent, DateTimeOffset last, DateTimeOffset sentAt, TimeSpan bucket)
    {
        var freed = this with { InFlight = Math.Max(0, InFlight - permits) };
        return sent == 0 ? freed
            : freed.Add(new Charge(BucketEnd(last, bucket), sent)).Counted(ObservedAt >= sentAt + OnItsWay ? sent : 0);
    }

    private ScopeLedger Counted(int sent) =>
        sent == 0 ? this : this with { OwnAtObservation = OwnAtObservation + sent, HeldAtObservation = HeldAtObservation + sent };

    /// <summary>Adds calls. A bucket older than the newest is counted with the newest: kept longer, never shorter.</summary>
    public ScopeLedger Add(Charge charge) =>
        Latest.Count == 0 ? this with { Latest = charge, Settled = Settled + charge.Count }
        : charge.Through <= Latest.Through ? this with { Latest = Latest with { Count = Latest.Count + charge.Count }, Settled = Settled + charge.Count }
        : this with { Older = Older.Enqueue(Latest), Latest = charge, Settled = Settled + charge.Count };

    /// <summary>
    /// Takes what Meta stated; our own calls up to then are part of it. An older statement changes nothing.
    /// </summary>
    public ScopeLedger Observe(double percent, DateTimeOffset at, TimeSpan bucket)
    {
        if (at < ObservedAt)
            return this;
        var current = At(at);
        var later = current.Latest.Through > at + bucket ? current.Latest.Count : 0;
        var own = current.Settled - later;
        var stated = current with
        {
            Percent = percent,
            ObservedAt = at,
            OwnAtObservation = own,
            HeldAtObservation = own - current.SoonForgotten(at),
            ForgottenAtObservation = current.Forgotten,
        };
        return stated.Learn(this);
    }

    private int SoonForgotten(DateTimeOffset at)
    {
        var (older, sum, soon) = (Older, 0, at + MostAhead - Scope.Kind.Window());
        // Taken off one by one: whoever walks through the queue turns around all that was ever added to it.
        while (!older.IsEmpty && older.Peek().Through <= soon)
        {
            older = older.Dequeue(out var charge);
            sum += charge.Count;
        }

        return older.IsEmpty && Latest.Through <= soon ? sum + Latest.Count : sum;
    }

    // By now it is known which of our calls were in the last statement. While Meta's window forgot nothing, what it grew by since an earlier one is the price of those between. After a block
    // that holds at any time, since hardly anything else is in flight.
    private ScopeLedger Learn(ScopeLedger last)
    {
        if (last.ObservedAt is not { } at)
            return this;
        var stated = new StatedUsage(at, last.Percent, last.OwnAtObservation, last.Forgotten);
        var bounded = this with { Learned = Learned.NotAbove(stated.Percent, last.HeldAtObservation).AtLeast(stated.Percent, stated.Own) };
        var calls = stated.Own - Before.Own;
        var grows = !(NextForgotten - at < MostAhead) || Exposure is not (null or int.MaxValue);
        if (!grows || at - Before.At > Scope.Kind.Window() / LearnedCost.Near || stated.Forgotten != Before.Forgotten || stated.Percent < Before.Percent || calls < 0)
            return bounded with { Before = stated };
        return calls == 0 ? bounded : bounded with
        {
            Before = stated,
            Learned = bounded.Learned.AtMost(stated.Percent, last.HeldAtObservation, stated.Percent - Before.Percent, calls)
                .Take(stated.Percent - Before.Percent, calls, stated.Percent, stated.Own),
        };
    }

    /// <summary>
    /// Blocks; a block is never shortened. What follows it begins with one call, whose answer says whether more may go;
    /// when that is refused, too, the next block is twice as long.
    /// </summary>
    public ScopeLedger Block(DateTimeOffset until, DateTimeOffset now, TimeSpan longest)
    {
        if (BlockedUntil >= until)
            return this;
        var again = LastBlock * 2 < longest ? LastBlock * 2 : longest;
        var end = !IsBlocked(now) && now + again > until ? now + again : until;
        return this with { BlockedUntil = end, Exposure = 1, LastBlock = end - now };
    }

    /// <summary>Whether nothing is left to know.</summary>
    public bool IsForgotten(DateTimeOffset now) =>
        // What was added to the demand and taken away again leaves a rest that is none.
        At(now) is { Settled: 0, InFlight: 0, Warned: false, DemandPerHour: < 1e-6 } known && !known.IsBlocked(now)
        && (known.Exposure is null or int.MaxValue || known.BlockedUntil + Scope.Kind.Window() <= now)
        && !(known.ObservedAt + Scope.Kind.Window() > now);

    internal static DateTimeOffset BucketEnd(DateTimeOffset moment, TimeSpan bucket)
    {
        var ticks = moment.UtcTicks;
        var rest = ticks % bucket.Ticks;
        return new DateTimeOffset(rest == 0 ? ticks : ticks - rest + bucket.Ticks, TimeSpan.Zero);
    }
}
