using System.Collections.Immutable;

namespace MetaGrains.Core.Sync;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every slice was published.</summary>
    Succeeded,

    /// <summary>At least one slice was not published; what was there before stays.</summary>
    Failed,

    /// <summary>A later run took over.</summary>
    Superseded,

    /// <summary>The process was asked to stop.</summary>
    Cancelled,
}

/// <summary>What <c>sync_runs</c> says of a run.</summary>
public sealed record RunReport
{
    /// <summary>How it ended.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>HTTP requests sent, retries included.</summary>
    public long Calls { get; init; }

    /// <summary>Requests beyond the first for the same page.</summary>
    public long Retries { get; init; }

    /// <summary>Pages read.</summary>
    public long Pages { get; init; }

    /// <summary>Bytes of the answers after content decoding.</summary>
    public long Bytes { get; init; }

    /// <summary>Rows, summed over the published slices; objects, for a run over those.</summary>
    public PublishCounts Rows { get; init; }

    /// <summary>Objects that were read, by kind (<c>campaigns</c>, <c>adsets</c>, <c>ads</c>, <c>creatives</c>); empty for insights.</summary>
    public ImmutableSortedDictionary<string, long> Entities { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Days that were not published because the answer had fewer rows than we hold.</summary>
    public int HeldDays { get; init; }

    /// <summary>Time from start to end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether Meta refused a call because of a limit.</summary>
    public bool RateLimited { get; init; }

    /// <summary>Meta's error code.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Meta's error subcode.</summary>
    public int? ErrorSubcode { get; init; }

    /// <summary>Meta's trace id.</summary>
    public string? ErrorTrace { get; init; }

    /// <summary>The refusal itself, for whoever decides what follows; null when no answer of the source was the cause.</summary>
    public SourceException? Refusal { get; init; }

    /// <summary>How reports were asked for that do not fit as a whole, in words; null when all do.</summary>
    public string? Shape { get; init; }

    /// <summary>The report whose question Meta refused for good; null when it is not known, or when more than it is the matter.</summary>
    public string? RefusedReport { get; init; }

    /// <summary>Why it failed, or what a run that succeeded had to leave out, for a person; never holds a token.</summary>
    public string? ErrorMessage { get; init; }
}
