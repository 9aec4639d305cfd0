using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Budget;

/// <summary>
/// What rivals pick their next account from, as the seeds describe it: the highest tier first, the longest overdue
/// within it. An account that is being read is not due.
/// </summary>
internal sealed class DueQueue
{
    private readonly BudgetLoad _load;
    private readonly PriorityQueue<int, (int Tier, DateTimeOffset DueAt)> _due = new();
    private readonly PriorityQueue<int, DateTimeOffset> _later = new();

    public DueQueue(BudgetLoad load, DateTimeOffset start, Func<int, bool>? mine = null)
    {
        _load = load;
        foreach (var account in Enumerable.Range(0, load.Accounts).Where(mine ?? (_ => true)))
            _later.Enqueue(account, start + load.OffsetOf(account));
    }

    /// <summary>When the next account becomes due, if none is.</summary>
    public DateTimeOffset? NextDue => _later.TryPeek(out _, out var at) ? at : null;

    /// <summary>The next account, or null when none is due.</summary>
    public int? Take(DateTimeOffset now)
    {
        while (_later.TryPeek(out var account, out var at) && at <= now)
            _due.Enqueue(_later.Dequeue(), (account % Tier.Defaults.Count, at));
        return _due.TryDequeue(out var next, out _) ? next : null;
    }

    /// <summary>The account was read, or given up: it is due at its next place.</summary>
    public void Done(int account, DateTimeOffset startedAt)
    {
        var interval = _load.TierOf(account).Interval;
        var offset = _load.OffsetOf(account);
        var periods = Math.Floor((startedAt - DateTimeOffset.UnixEpoch - offset) / interval) + 1;
        _later.Enqueue(account, DateTimeOffset.UnixEpoch + offset + (interval * periods));
    }

    /// <summary>The account could not be read: it is tried again as overdue as it was.</summary>
    public void Again(int account, DateTimeOffset dueAt) => _due.Enqueue(account, (account % Tier.Defaults.Count, dueAt));
}
