using System.Collections.Immutable;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>What one request gets when everybody who waits is served in order.</summary>
/// <param name="Permits">Permits, zero when it waits.</param>
/// <param name="Reason">Why it waits.</param>
/// <param name="Scope">What it waits for.</param>
/// <param name="Until">When it is advised to ask again.</param>
internal readonly record struct BudgetShare(int Permits, WaitReason Reason, LimitScope? Scope, DateTimeOffset Until);

/// <summary>
/// Goes through the queue in order (HIGH and aged requests, MEDIUM, LOW, backfill; the oldest due first) and gives each
/// what the scopes before it have left. Who has not asked again after a wake holds nothing up.
/// </summary>
internal sealed class BudgetDeal(BudgetState state, DateTimeOffset now)
{
    private readonly Dictionary<LimitScope, int> _taken = [];
    private readonly Dictionary<LimitScope, long> _wanted = [];
    private readonly Dictionary<(LimitScope, Priority), int> _rooms = [];

    /// <summary>Wakes for those who have room now and were not told.</summary>
    public List<BudgetEffect> Wakes { get; } = [];

    /// <summary>The queue with its wakes.</summary>
    public ImmutableDictionary<string, BudgetWaiter> Waiters { get; private set; } = state.Waiters;

    /// <summary>When the first of those who have no room now may have some.</summary>
    public DateTimeOffset? NextRoom { get; private set; }

    /// <summary>Deals; answers for <paramref name="asking"/>, which is never woken, since it is here.</summary>
    public BudgetShare Run(BudgetRequest? asking)
    {
        var share = default(BudgetShare);
        foreach (var (request, waiter) in Queue(asking))
        {
            if (waiter is null)
            {
                share = ShareOf(request);
                Take(request, share.Permits);
            }
            else if (!GaveUp(waiter))
            {
                var room = PermitsOf(request);
                Take(request, room);
                if (room > 0 && waiter.WokenAt is null)
                    Wake(waiter);
                else if (room == 0)
                    NextRoom ??= ShareOf(request).Until;
                Want(request);
            }
        }

        return share;
    }

    private IEnumerable<(BudgetRequest Request, BudgetWaiter? Waiter)> Queue(BudgetRequest? asking)
    {
        var queue = state.Waiters.Values
            .Where(waiter => waiter.Request.Requester != asking?.Requester)
            .Select(waiter => (waiter.Request, Waiter: (BudgetWaiter?)waiter));
        if (asking is not null)
            queue = queue.Append((asking, null));
        return queue.OrderBy(entry => BudgetOrder.Effective(entry.Request, now))
            .ThenBy(entry => entry.Request.DueAt)
            .ThenBy(entry => entry.Request.Requester, StringComparer.Ordinal);
    }

    private bool GaveUp(BudgetWaiter waiter) => waiter.WokenAt + state.Rules.WakePatience <= now;

    private void Take(BudgetRequest request, int permits)
    {
        if (permits == 0)
            return;
        foreach (var scope in request.Scopes)
            _taken[scope] = _taken.GetValueOrDefault(scope) + permits;
    }

    private void Want(BudgetRequest request)
    {
        foreach (var scope in request.Scopes)
            _wanted[scope] = _wanted.GetValueOrDefault(scope) + request.Wanted;
    }

    private void Wake(BudgetWaiter waiter)
    {
        Waiters = Waiters.SetItem(waiter.Request.Requester, waiter with { WokenAt = now });
        Wakes.Add(new BudgetEffect.Wake(waiter.Request.Requester, waiter.Ticket));
    }

    private BudgetShare ShareOf(BudgetRequest request)
    {
        var priority = BudgetOrder.Effective(request, now);
        if (Blocked(request) is { } blocked)
            return Waits(WaitReason.ScopeBlocked, blocked, state.Ledger(blocked).BlockedUntil!.Value);
        if (state.HighOnlyUntil > now && priority != Priority.High)
            return Waits(WaitReason.CoolDown, null, Sooner(state.HighOnlyUntil.Value, Ages(request)));

        var permits = PermitsOf(request);
        if (permits > 0)
            return new BudgetShare(permits, default, null, default);
        // Those before it take what comes free first.
        var scope = Tightest(request, priority).Scope;
        var needed = (int)Math.Clamp(_wanted.GetValueOrDefault(scope) + 1 - RoomOf(scope, priority), 1, int.MaxValue);
        var opens = BudgetRoom.Opens(state, scope, priority, needed, now);
        return Waits(RoomOf(scope, priority) > 0 ? WaitReason.Queue : WaitReason.LimitReached, scope, Sooner(opens, Ages(request)));
    }

    private int PermitsOf(BudgetRequest request)
    {
        var priority = BudgetOrder.Effective(request, now);
        if (state.HighOnlyUntil > now && priority != Priority.High)
            return 0;
        return Math.Clamp(Tightest(request, priority).Left, 0, Math.Min(request.Wanted, state.Rules.MaxPermits));
    }

    // What the scope with the least room has left after those before this request; negative when they take more.
    private (LimitScope Scope, int Left) Tightest(BudgetRequest request, Priority priority)
    {
        var tightest = (Scope: request.Scopes[0], Left: int.MaxValue);
        foreach (var scope in request.Scopes)
        {
            var left = RoomOf(scope, priority) - _taken.GetValueOrDefault(scope);
            if (left < tightest.Left)
                tightest = (scope, left);
        }

        return tightest;
    }

    // A scope is shared by many waiters, and its room does not change while they are dealt to.
    private int RoomOf(LimitScope scope, Priority priority)
    {
        if (!_rooms.TryGetValue((scope, priority), out var room))
            _rooms.Add((scope, priority), room = BudgetRoom.Of(state, scope, priority, now));
        return room;
    }

    private LimitScope? Blocked(BudgetRequest request)
    {
        LimitScope? longest = null;
        foreach (var scope in request.Scopes)
        {
            if (state.Ledger(scope).IsBlocked(now) && !(longest is { } other && state.Ledger(other).BlockedUntil >= state.Ledger(scope).BlockedUntil))
                longest = scope;
        }

        return longest;
    }

    // The moment at which a request begins to rank with HIGH, if that is to come.
    private DateTimeOffset? Ages(BudgetRequest request) =>
        BudgetOrder.Effective(request, now) != Priority.High && request.Interval is { } interval && interval > TimeSpan.Zero
            ? request.DueAt + (interval * BudgetOrder.IntervalsUntilHigh)
            : null;

    private static DateTimeOffset Sooner(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;

    private BudgetShare Waits(WaitReason reason, LimitScope? scope, DateTimeOffset until)
    {
        var (soonest, latest) = (now + state.Rules.MinWait, now + state.Rules.MaxWait);
        return new BudgetShare(0, reason, scope, until < soonest ? soonest : until > latest ? latest : until);
    }
}
