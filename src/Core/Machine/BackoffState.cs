using System.Collections.Immutable;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Why an account holds back after errors.</summary>
public sealed record BackoffState
{
    /// <summary>No errors.</summary>
    public static BackoffState None { get; } = new();

    /// <summary>Failed runs in a row; without throttles, and without jobs that rest alone.</summary>
    public int ConsecutiveErrors { get; init; }

    /// <summary>Those of <see cref="ConsecutiveErrors"/> that our own database caused: they say nothing of the account.</summary>
    public int OwnBreaks { get; init; }

    /// <summary>Throttles in a row.</summary>
    public int ConsecutiveThrottles { get; init; }

    /// <summary>When the next try after a failure is due. A request made after the failure does not wait for it.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>What Meta has blocked for this account; passed ones are dropped with the next event.</summary>
    public ImmutableArray<ScopeBlock> Blocks { get; init; } = [];

    /// <summary>The last failure; kept after a success, for people.</summary>
    public LastError? Last { get; init; }

    /// <summary>Whether so many runs failed in a row that the account is tried seldom: once a day, or once an hour while its failures may pass by themselves.</summary>
    public bool IsParked => ConsecutiveErrors - OwnBreaks >= SyncMachine.ParkedAfter;

    /// <summary><c>rate_limit_backoff_until</c>: the end of the longest block.</summary>
    public DateTimeOffset? RateLimitBackoffUntil => Blocks.IsEmpty ? null : Blocks.Max(block => block.Until);

    /// <summary>The block that keeps a job from running the longest, or null.</summary>
    public ScopeBlock? BlockOf(SyncJob job, DateTimeOffset now) =>
        Blocks.Where(block => block.Until > now && (block.Scope?.Concerns(job) ?? true)).MaxBy(block => block.Until);

    /// <summary>Adds a block, or lengthens the one of the same scope; a block never shrinks.</summary>
    public BackoffState Block(ScopeBlock block)
    {
        var same = Blocks.FirstOrDefault(known => known.Scope == block.Scope);
        return same is null ? this with { Blocks = Blocks.Add(block) }
            : same.Until >= block.Until ? this
            : this with { Blocks = Blocks.Replace(same, block) };
    }

    /// <summary>Whether two say the same.</summary>
    public bool SameAs(BackoffState other) => this with { Blocks = other.Blocks } == other && Blocks.SequenceEqual(other.Blocks);
}
