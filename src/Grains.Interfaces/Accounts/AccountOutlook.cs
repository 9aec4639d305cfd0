namespace MetaGrains.Grains.Interfaces.Accounts;

/// <summary>What an account decided last, from what, and what comes next.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.AccountOutlook")]
public sealed record AccountOutlook
{
    /// <summary>Who has to act: <c>us</c>, <c>customer</c> or <c>meta</c>.</summary>
    [Id(0)]
    public required string Owner { get; init; }

    /// <summary>Since when its health is so.</summary>
    [Id(1)]
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it is tried again by itself; null when only a person can help, or when nothing is wrong.</summary>
    [Id(2)]
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>A sentence for a person.</summary>
    [Id(3)]
    public required string Reason { get; init; }

    /// <summary>What came of the last decision: <c>running</c>, <c>waiting_for_budget</c>, <c>held</c> or <c>sleeping</c>.</summary>
    [Id(4)]
    public required string Outcome { get; init; }

    /// <summary>The most urgent job; null when nothing is due.</summary>
    [Id(5)]
    public string? Job { get; init; }

    /// <summary>The run that somebody asked for; null when it is due by itself.</summary>
    [Id(6)]
    public long? RequestedRun { get; init; }

    /// <summary>When it was due.</summary>
    [Id(7)]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The plan's priority.</summary>
    [Id(8)]
    public string? Priority { get; init; }

    /// <summary>The priority after ageing, or lent by what waits behind.</summary>
    [Id(9)]
    public string? EffectivePriority { get; init; }

    /// <summary>Its first day; null for objects.</summary>
    [Id(10)]
    public DateOnly? WindowSince { get; init; }

    /// <summary>Its last day; null for objects.</summary>
    [Id(11)]
    public DateOnly? WindowUntil { get; init; }

    /// <summary>Why it does not run.</summary>
    [Id(12)]
    public string? Obstacle { get; init; }

    /// <summary>The tier's interval, or the account's own; null where a cron expression says when.</summary>
    [Id(13)]
    public TimeSpan? Interval { get; init; }

    /// <summary>The tier's cron expression.</summary>
    [Id(14)]
    public string? Cron { get; init; }

    /// <summary>The account's place inside the interval, or behind the expression's minute.</summary>
    [Id(15)]
    public TimeSpan Offset { get; init; }

    /// <summary>When its timer wakes it, in case that nothing else does.</summary>
    [Id(16)]
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Since when permits are asked for; null when none are.</summary>
    [Id(17)]
    public DateTimeOffset? PermitsSince { get; init; }

    /// <summary>How many permits are asked for.</summary>
    [Id(18)]
    public int PermitsWanted { get; init; }

    /// <summary>Why they are waited for: <c>limit_reached</c>, <c>scope_blocked</c>, <c>cool_down</c> or <c>queue</c>; null while the budget has not answered.</summary>
    [Id(19)]
    public string? PermitsReason { get; init; }

    /// <summary>The limit that has no room.</summary>
    [Id(20)]
    public string? PermitsScope { get; init; }

    /// <summary>When the budget is asked again at the latest.</summary>
    [Id(21)]
    public DateTimeOffset? PermitsUntil { get; init; }

    /// <summary>Until when the tenant serves HIGH only.</summary>
    [Id(22)]
    public DateTimeOffset? HighOnlyUntil { get; init; }

    /// <summary>The incident that it suffers from.</summary>
    [Id(23)]
    public long? Incident { get; init; }

    /// <summary>Each job.</summary>
    [Id(24)]
    public required List<AccountJob> Jobs { get; init; }

    /// <summary>Reports that are not asked for as a whole, or not at all.</summary>
    [Id(25)]
    public required List<AccountReport> Reports { get; init; }

    /// <summary>The object that is read alone; null for all of the account.</summary>
    [Id(26)]
    public string? Entity { get; init; }

    /// <summary>What it is: <c>campaign</c>, <c>adset</c> or <c>ad</c>.</summary>
    [Id(27)]
    public string? EntityLevel { get; init; }
}

/// <summary>Where one job stands, and what its next run would read.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.AccountJob")]
public sealed record AccountJob
{
    /// <summary>The job.</summary>
    [Id(0)]
    public required string Job { get; init; }

    /// <summary>When it is due by itself; null when it never is.</summary>
    [Id(1)]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The first day of its next run; null for objects.</summary>
    [Id(2)]
    public DateOnly? WindowSince { get; init; }

    /// <summary>The last day of its next run; null for objects.</summary>
    [Id(3)]
    public DateOnly? WindowUntil { get; init; }

    /// <summary>The reports of its next run.</summary>
    [Id(4)]
    public required List<string> Reports { get; init; }

    /// <summary>The last day that was published.</summary>
    [Id(5)]
    public DateOnly? Cursor { get; init; }

    /// <summary>When its last run that moved it on started.</summary>
    [Id(6)]
    public DateTimeOffset? LastStartedAt { get; init; }

    /// <summary>When its last successful run ended.</summary>
    [Id(7)]
    public DateTimeOffset? LastSucceededAt { get; init; }

    /// <summary>Calls of its last successful run: what the next one asks the budget for.</summary>
    [Id(8)]
    public int? LastCalls { get; init; }

    /// <summary>Its failures in a row, where it rests alone.</summary>
    [Id(9)]
    public int Errors { get; init; }

    /// <summary>When it is tried again after a failure of its own.</summary>
    [Id(10)]
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Why it would not run now if it were due.</summary>
    [Id(11)]
    public string? Obstacle { get; init; }
}

/// <summary>A report that is not asked for as a whole, or not at all.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.AccountReport")]
public sealed record AccountReport
{
    /// <summary>Its name.</summary>
    [Id(0)]
    public required string Report { get; init; }

    /// <summary>How it is asked for, in words; null when it is left out.</summary>
    [Id(1)]
    public string? Shape { get; init; }

    /// <summary>Since when it is asked for so.</summary>
    [Id(2)]
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until when it is left out; null when it is asked for.</summary>
    [Id(3)]
    public DateTimeOffset? LeftOutUntil { get; init; }

    /// <summary>What Meta said.</summary>
    [Id(4)]
    public string? Reason { get; init; }
}
