using System.Collections.Immutable;
using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Schedule;

/// <summary>An account that wants to begin a run: HIGH before MEDIUM before LOW, then the longest overdue.</summary>
/// <param name="Priority">The priority of the run.</param>
/// <param name="DueAt">When it was due.</param>
/// <param name="Account">The account.</param>
public readonly record struct Starter(Priority Priority, DateTimeOffset DueAt, AdAccountKey Account)
{
    internal static Comparer<Starter> Order { get; } = Comparer<Starter>.Create((one, other) =>
    {
        var order = one.Priority.CompareTo(other.Priority);
        if (order == 0)
            order = one.DueAt.CompareTo(other.DueAt);
        return order != 0 ? order : string.CompareOrdinal(one.Account.ToString(), other.Account.ToString());
    });
}

/// <summary>The answer to one that wants to begin.</summary>
/// <param name="Line">The line from now on.</param>
/// <param name="Until">When its turn comes, as far as can be known; null: now.</param>
public readonly record struct StartAnswer(StartLine Line, DateTimeOffset? Until);

/// <summary>
/// Who may begin now on one silo. After an outage, or on a silo that comes up among accounts that are all overdue, they
/// begin one after the other at the pace of <see cref="SlowStart"/>; in quiet times nobody stands here. Immutable.
/// </summary>
public sealed record StartLine
{
    private readonly SlowStart _pace;
    private DateTimeOffset Since { get; init; }
    private ImmutableSortedSet<Starter> Waiting { get; init; } = ImmutableSortedSet.Create<Starter>(Starter.Order);
    private ImmutableDictionary<AdAccountKey, Starter> Known { get; init; } = ImmutableDictionary<AdAccountKey, Starter>.Empty;
    private ImmutableDictionary<AdAccountKey, DateTimeOffset> Called { get; init; } = ImmutableDictionary<AdAccountKey, DateTimeOffset>.Empty;
    private double Room { get; init; }
    private DateTimeOffset At { get; init; }

    /// <summary>The line of a silo that has just started.</summary>
    public StartLine(SlowStart pace, DateTimeOffset since)
    {
        (_pace, Since, At) = (pace, since, since);
        Room = Depth(since);
    }

    /// <summary>How long one that was called may take to come.</summary>
    public static TimeSpan CallLasts { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Accounts that wait.</summary>
    public int Count => Waiting.Count;

    /// <summary>When somebody can be called; null when nobody waits.</summary>
    public DateTimeOffset? NextAt(DateTimeOffset now) => Waiting.IsEmpty ? null : Room >= 1 ? now : TimeOf(1);

    /// <summary>An account wants to begin. Asking again changes nothing but its place, where that has changed.</summary>
    public StartAnswer Ask(Starter starter, DateTimeOffset now)
    {
        var line = Refilled(now);
        if (line.Called.TryGetValue(starter.Account, out var until))
        {
            line = line with { Called = line.Called.Remove(starter.Account) };
            if (now < until)
                return new StartAnswer(line, null);
        }

        line = line.Without(starter.Account);
        if (line.Room >= 1 && (line.Waiting.IsEmpty || Starter.Order.Compare(starter, line.Waiting.Min) < 0))
            return new StartAnswer(line with { Room = line.Room - 1 }, null);
        line = line with { Waiting = line.Waiting.Add(starter), Known = line.Known.SetItem(starter.Account, starter) };
        return new StartAnswer(line, line.TimeOf(line.Waiting.IndexOf(starter) + 1));
    }

    /// <summary>Calls whose turn it is, in their order; each has <see cref="CallLasts"/> to ask again.</summary>
    public (StartLine Line, ImmutableArray<AdAccountKey> Called) Call(DateTimeOffset now)
    {
        var line = Refilled(now);
        line = line with { Called = line.Called.RemoveRange(line.Called.Where(call => call.Value <= now).Select(call => call.Key)) };
        var called = ImmutableArray.CreateBuilder<AdAccountKey>();
        while (line.Room >= 1 && !line.Waiting.IsEmpty)
        {
            var first = line.Waiting.Min;
            called.Add(first.Account);
            line = line.Without(first.Account) with { Room = line.Room - 1, Called = line.Called.SetItem(first.Account, now + CallLasts) };
        }

        return (line, called.ToImmutable());
    }

    /// <summary>The same line at the pace of a silo that has just started: whoever waits keeps its place.</summary>
    public StartLine Anew(DateTimeOffset now)
    {
        var line = this with { Since = now, At = now };
        return line with { Room = Math.Min(Refilled(now).Room, line.Depth(now)) };
    }

    /// <summary>An account has nothing to begin any more.</summary>
    public StartLine Without(AdAccountKey account) =>
        Known.TryGetValue(account, out var starter) ? this with { Waiting = Waiting.Remove(starter), Known = Known.Remove(account) } : this;

    // What was not used is kept for a second at most: whoever comes after a quiet hour gets no burst.
    private StartLine Refilled(DateTimeOffset now) =>
        now <= At ? this : this with { Room = Math.Min(Depth(now), Room + _pace.Between(At - Since, now - Since)), At = now };

    private double Depth(DateTimeOffset now) => Math.Max(1, _pace.RateAt(now - Since));

    private DateTimeOffset TimeOf(int place) => Since + _pace.AgeAfter(At - Since, place - Room);
}
