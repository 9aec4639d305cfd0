namespace MetaGrains.Grains.Interfaces.RateLimit;

/// <summary>A request for permits; one permit is one HTTP request to Meta.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.BudgetAsk")]
public sealed record BudgetAsk
{
    /// <summary>The key of the account grain that asks; it is told when its turn comes.</summary>
    [Id(0)]
    public required string Requester { get; init; }

    /// <summary>Grows with every new request of a requester; a repeated one keeps its number.</summary>
    [Id(1)]
    public required long RequestId { get; init; }

    /// <summary><c>high</c>, <c>medium</c>, <c>low</c> or <c>backfill</c>.</summary>
    [Id(2)]
    public required string Priority { get; init; }

    /// <summary>Permits wanted, at least one; fewer may be granted.</summary>
    [Id(3)]
    public required int Wanted { get; init; }

    /// <summary>When the work was due.</summary>
    [Id(4)]
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The interval at which it recurs; null: it never does.</summary>
    [Id(5)]
    public TimeSpan? Interval { get; init; }

    /// <summary>Texts of all scopes that one call counts against.</summary>
    [Id(6)]
    public required List<string> Scopes { get; init; }

    /// <summary>Calls per hour that all work of the requester needs: its weight against others. Null: all weigh the same.</summary>
    [Id(7)]
    public double? PerHour { get; init; }
}

/// <summary>The answer: either permits or a wait.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.BudgetReply")]
public sealed record BudgetReply
{
    /// <summary>The grant's id, for its return; null for a wait.</summary>
    [Id(0)]
    public long? Grant { get; init; }

    /// <summary>Permits; zero for a wait.</summary>
    [Id(1)]
    public int Permits { get; init; }

    /// <summary>A grant: nothing is sent at or after this moment. A wait: when to ask again.</summary>
    [Id(2)]
    public required DateTimeOffset Until { get; init; }

    /// <summary>A wait: the place in the queue; zero when the queue is full and no wake will come.</summary>
    [Id(3)]
    public long Ticket { get; init; }

    /// <summary>A wait: why, as <c>limit_reached</c>, <c>scope_blocked</c>, <c>cool_down</c> or <c>queue</c>.</summary>
    [Id(4)]
    public string? Reason { get; init; }

    /// <summary>A wait: the scope that has no room, if it is one.</summary>
    [Id(5)]
    public string? Scope { get; init; }

    /// <summary>While set and not passed, the tenant serves HIGH only.</summary>
    [Id(6)]
    public DateTimeOffset? HighOnlyUntil { get; init; }
}

/// <summary>Permits on their way back.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.GrantReturn")]
public sealed record GrantReturn
{
    /// <summary>The grant.</summary>
    [Id(0)]
    public required long Grant { get; init; }

    /// <summary>Requests that were sent, failed ones included.</summary>
    [Id(1)]
    public required int Used { get; init; }

    /// <summary>When the last was sent; null when none was.</summary>
    [Id(2)]
    public DateTimeOffset? LastSentAt { get; init; }
}

/// <summary>What a header said of one scope.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.UsageNotice")]
public sealed record UsageNotice
{
    /// <summary>The scope's text.</summary>
    [Id(0)]
    public required string Scope { get; init; }

    /// <summary>Percent used; may exceed 100. Null where the header states none.</summary>
    [Id(1)]
    public double? Percent { get; init; }

    /// <summary>Time until calls are served again; zero when not blocked.</summary>
    [Id(2)]
    public TimeSpan RegainAfter { get; init; }

    /// <summary><c>development_access</c>, <c>standard_access</c>, or null where the header does not say.</summary>
    [Id(3)]
    public string? Access { get; init; }

    /// <summary>When the answer came.</summary>
    [Id(4)]
    public required DateTimeOffset At { get; init; }
}

/// <summary>Where a requester stands that waits for permits.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.QueuePlace")]
public sealed record QueuePlace
{
    /// <summary>How many are before it in the queue of the limit that it waits for; zero: it is the next, or was told to come.</summary>
    [Id(0)]
    public required int Ahead { get; init; }

    /// <summary>How many wait for that limit, it included.</summary>
    [Id(1)]
    public required int Waiting { get; init; }

    /// <summary>The limit.</summary>
    [Id(2)]
    public required string Scope { get; init; }
}

/// <summary>A tenant's budget, for people.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.BudgetStatus")]
public sealed record BudgetStatus
{
    /// <summary><c>meta</c> or <c>fixed</c>.</summary>
    [Id(0)]
    public required string Mode { get; init; }

    /// <summary>Mode fixed: permits that may be out in any hour.</summary>
    [Id(1)]
    public int Cap { get; init; }

    /// <summary>How many wait.</summary>
    [Id(2)]
    public int Waiting { get; init; }

    /// <summary>While set and not passed, the tenant serves HIGH only.</summary>
    [Id(3)]
    public DateTimeOffset? HighOnlyUntil { get; init; }

    /// <summary>What is known of each scope.</summary>
    [Id(4)]
    public required List<ScopeStatus> Scopes { get; init; }
}

/// <summary>One scope, for people.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.ScopeStatus")]
public sealed record ScopeStatus
{
    /// <summary>The scope's text.</summary>
    [Id(0)]
    public required string Scope { get; init; }

    /// <summary>Permits that were given out within the scope's window, and may have been used.</summary>
    [Id(1)]
    public required int Charged { get; init; }

    /// <summary>Percent used by now, by anyone: as Meta stated it last, with what was given out and forgotten since. Zero when it never did.</summary>
    [Id(2)]
    public required double Percent { get; init; }

    /// <summary>Until when Meta blocks it; null when it does not.</summary>
    [Id(3)]
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>Mode fixed: the warning level is passed (162 of 180).</summary>
    [Id(4)]
    public bool NearLimit { get; init; }

    /// <summary>Calls per hour that recurring work needs of it.</summary>
    [Id(5)]
    public double DemandPerHour { get; init; }

    /// <summary>Calls per hour that it allows; null where nobody has told. Less than the demand: work will be late.</summary>
    [Id(6)]
    public double? AllowancePerHour { get; init; }
}
