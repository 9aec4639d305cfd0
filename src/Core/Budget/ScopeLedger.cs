using System.Collections.Immutable;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>Permits that may be used up to a moment, counted until the window after that moment has passed.</summary>
/// <param name="Through">The last moment at which they may have been used; the end of a bucket.</param>
/// <param name="Count">How many.</param>
public readonly record struct Charge(DateTimeOffset Through, int Count);

/// <summary>What is known of one scope.</summary>
public sealed record ScopeLedger
{
    /// <summary>The scope.</summary>
    public required LimitScope Scope { get; init; }

    /// <summary>Charges, by the end of their bucket, the oldest first.</summary>
    public ImmutableSortedDictionary<DateTimeOffset, int> Charges { get; init; } = ImmutableSortedDictionary<DateTimeOffset, int>.Empty;

    /// <summary>Percent used, by anyone, as Meta stated it last.</summary>
    public double Percent { get; init; }

    /// <summary>When Meta stated it.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>Until when Meta blocks the scope.</summary>
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>Whether people were told that the warning level is passed; told once per passing.</summary>
    public bool Warned { get; init; }

    /// <summary>Whether the scope is blocked.</summary>
    public bool IsBlocked(DateTimeOffset now) => BlockedUntil > now;

    /// <summary>
    /// Permits that may have been used within the window that ends now, or may still be. A charge counts from the grant
    /// until a whole window after the last moment at which it can have been used: so no window holds more than the cap,
    /// whenever within its grant a call was sent.
    /// </summary>
    public int Charged(DateTimeOffset now)
    {
        var window = Scope.Kind.Window();
        var sum = 0;
        foreach (var (through, count) in Charges)
        {
            if (through + window > now)
                sum += count;
        }

        return sum;
    }

    /// <summary>
    /// Percent used by now: what Meta stated last, which decays evenly over the window, and what was given out since.
    /// </summary>
    public double Estimate(DateTimeOffset now, AccessTier access) => Decayed(now) + (Charged(now) * Scope.Kind.PercentPerCall(access));

    /// <summary>What Meta stated last, decayed.</summary>
    public double Decayed(DateTimeOffset now)
    {
        if (ObservedAt is not { } at || now <= at)
            return Percent;
        return Percent * Math.Max(0, 1 - ((now - at) / Scope.Kind.Window()));
    }

    /// <summary>Adds permits that may be used up to a moment; a negative number takes them back.</summary>
    public ScopeLedger Charge(DateTimeOffset through, int count, TimeSpan bucket)
    {
        var end = BucketEnd(through, bucket);
        var sum = Charges.GetValueOrDefault(end) + count;
        return this with { Charges = sum > 0 ? Charges.SetItem(end, sum) : Charges.Remove(end) };
    }

    /// <summary>
    /// Takes what Meta stated; charges that ended by then are part of it. A user's own charges stay, since no header
    /// counts them. An older statement changes nothing.
    /// </summary>
    public ScopeLedger Observe(double percent, DateTimeOffset at)
    {
        if (at < ObservedAt)
            return this;
        var charges = Scope.Kind == LimitKind.User ? Charges : Charges.RemoveRange(Charges.Keys.Where(through => through <= at));
        return this with { Percent = percent, ObservedAt = at, Charges = charges };
    }

    /// <summary>Blocks; a block is never shortened.</summary>
    public ScopeLedger Block(DateTimeOffset until) => BlockedUntil >= until ? this : this with { BlockedUntil = until };

    /// <summary>Drops what has passed. Null when nothing is left to know.</summary>
    public ScopeLedger? Pruned(DateTimeOffset now)
    {
        var window = Scope.Kind.Window();
        var pruned = Charges.IsEmpty || Charges.Keys.First() + window > now
            ? this
            : this with { Charges = Charges.RemoveRange(Charges.Keys.Where(through => through + window <= now)) };
        if (pruned.BlockedUntil <= now)
            pruned = pruned with { BlockedUntil = null };
        return pruned.Charges.IsEmpty && pruned.BlockedUntil is null && !pruned.Warned && pruned.Decayed(now) <= 0 ? null : pruned;
    }

    internal static DateTimeOffset BucketEnd(DateTimeOffset moment, TimeSpan bucket)
    {
        var ticks = moment.UtcTicks;
        var rest = ticks % bucket.Ticks;
        return new DateTimeOffset(rest == 0 ? ticks : ticks - rest + bucket.Ticks, TimeSpan.Zero);
    }
}
