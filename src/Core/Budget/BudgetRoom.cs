using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>How many permits a scope has left, and when it will have some.</summary>
internal static class BudgetRoom
{
    /// <summary>Permits that a priority may take of a scope now; never negative.</summary>
    public static int Of(BudgetState state, LimitScope scope, Priority priority, DateTimeOffset now)
    {
        var ledger = state.Ledger(scope);
        if (ledger.IsBlocked(now))
            return 0;
        return state.Rules.Mode == BudgetMode.Fixed
            ? OfCap(state, ledger, priority, now)
            : OfPercent(state, ledger, priority, now);
    }

    /// <summary>
    /// When a scope will have <paramref name="needed"/> more permits than now for a priority, if nothing else happens
    /// than that time passes. An estimate: a wake may come earlier.
    /// </summary>
    public static DateTimeOffset Opens(BudgetState state, LimitScope scope, Priority priority, int needed, DateTimeOffset now)
    {
        var ledger = state.Ledger(scope);
        var opens = state.Rules.Mode == BudgetMode.Fixed
            ? Freed(state, ledger, needed, now)
            : Earliest(Freed(state, ledger, 1, now), Decays(state, ledger, priority, now));
        return ledger.BlockedUntil > opens ? ledger.BlockedUntil.Value : opens;
    }

    /// <summary>Permits that count against every scope of a kind: what was lost with the budget's memory.</summary>
    public static int Lost(BudgetState state, LimitKind kind, DateTimeOffset now)
    {
        var sum = 0;
        foreach (var charge in state.Lost)
        {
            if (charge.Through + kind.Window() > now)
                sum += charge.Count;
        }

        return sum;
    }

    private static int OfCap(BudgetState state, ScopeLedger ledger, Priority priority, DateTimeOffset now)
    {
        if (ledger.Scope.Kind != LimitKind.User)
            return int.MaxValue;
        var cap = state.Rules.Cap - (priority == Priority.High ? 0 : state.Rules.HighReserve);
        return Math.Max(0, cap - ledger.Charged(now) - Lost(state, LimitKind.User, now));
    }

    private static int OfPercent(BudgetState state, ScopeLedger ledger, Priority priority, DateTimeOffset now)
    {
        var kind = ledger.Scope.Kind;
        if (ledger.ObservedAt is null && !kind.IsDocumented())
            return int.MaxValue;
        var cost = kind.PercentPerCall(state.Access);
        var used = ledger.Estimate(now, state.Access) + (Lost(state, kind, now) * cost);
        // A millionth of a permit makes up for the rounding of percentages.
        return (int)Math.Clamp(Math.Floor(((state.Rules.Ceiling(priority) - used) / cost) + 1e-6), 0, int.MaxValue);
    }

    // Charges fall out of the window in the order of their last moments.
    private static DateTimeOffset Freed(BudgetState state, ScopeLedger ledger, int needed, DateTimeOffset now)
    {
        var window = ledger.Scope.Kind.Window();
        var freed = 0;
        var last = now + state.Rules.MaxWait;
        foreach (var charge in ledger.Charges.Select(charge => new Charge(charge.Key, charge.Value)).Concat(state.Lost).OrderBy(charge => charge.Through))
        {
            if (charge.Through + window <= now)
                continue;
            freed += charge.Count;
            last = charge.Through + window;
            if (freed >= needed)
                break;
        }

        return last;
    }

    private static DateTimeOffset Decays(BudgetState state, ScopeLedger ledger, Priority priority, DateTimeOffset now)
    {
        var kind = ledger.Scope.Kind;
        var cost = kind.PercentPerCall(state.Access);
        var pending = (ledger.Charged(now) + Lost(state, kind, now) + 1) * cost;
        var target = state.Rules.Ceiling(priority) - pending;
        if (target <= 0 || ledger.ObservedAt is not { } at || ledger.Percent <= target)
            return now + state.Rules.MaxWait;
        return at + (kind.Window() * (1 - (target / ledger.Percent))) + TimeSpan.FromMilliseconds(1);
    }

    private static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
