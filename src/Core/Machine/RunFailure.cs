using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Machine;

/// <summary>What a failed run means for the account.</summary>
public enum FailureKind
{
    /// <summary>Meta's, the network's or our own hiccup: trying again soon may work.</summary>
    Transient,

    /// <summary>A limit was reached.</summary>
    Throttled,

    /// <summary>The same request will fail again: the definition, the size or the object is wrong.</summary>
    Refused,

    /// <summary>The token is dead; a person has to connect again.</summary>
    TokenDead,

    /// <summary>The person behind the token has to pass a check of Meta's first.</summary>
    Checkpointed,

    /// <summary>The token may not see the account.</summary>
    PermissionLost,

    /// <summary>Meta has disabled the account.</summary>
    AccountDisabled,
}

/// <summary>Why a run failed.</summary>
public sealed record RunFailure
{
    /// <summary>What it means.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>What happened, for a person; never holds a token.</summary>
    public required string Message { get; init; }

    /// <summary>What a person can do, or empty.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Of a transient one: our own database broke the run off, and Meta is well.</summary>
    public bool IsOurs { get; init; }

    /// <summary>What Meta said, for <see cref="FailureKind.Throttled"/>.</summary>
    public ThrottleFacts? Throttle { get; init; }

    /// <summary>What Meta named, for <see cref="FailureKind.Throttled"/>; null when it named nothing that is known: everything rests.</summary>
    public LimitScope? Scope { get; init; }

    /// <summary>The report that was refused, for <see cref="FailureKind.Refused"/>; null when it is not known, or when more than it is the matter.</summary>
    public string? Report { get; init; }

    /// <summary>Of a refused report: what Meta refused are its breakdowns.</summary>
    public bool IsBreakdown { get; init; }

    /// <summary>Whether the same on many accounts would be an incident: Meta's or the network's, and neither a limit nor the matter of one token or one question.</summary>
    public bool MayBeIncident { get; init; }

    /// <summary>Meta's error code.</summary>
    public int? Code { get; init; }

    /// <summary>Meta's error subcode.</summary>
    public int? Subcode { get; init; }

    /// <summary>Meta's trace id.</summary>
    public string? TraceId { get; init; }

    /// <summary>Chance for the wait, in [0,1).</summary>
    public required double Jitter { get; init; }
}

/// <summary>The last failure of an account, as it is shown and stored.</summary>
public sealed record LastError(
    DateTimeOffset At, FailureKind Kind, string Message, string Advice, int? Code = null, int? Subcode = null, string? TraceId = null);

/// <summary>A scope that rests.</summary>
/// <param name="Scope">The scope; null for every call of the account.</param>
/// <param name="Until">When it may be called again.</param>
public sealed record ScopeBlock(LimitScope? Scope, DateTimeOffset Until);
