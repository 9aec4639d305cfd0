using Orleans.Concurrency;

namespace MetaGrains.Grains.Interfaces.Accounts;

/// <summary>
/// One ad account of one tenant: it wakes itself and syncs. Key format: <c>acct/{tenant}/act_{number}</c>. Commands are
/// rows in PostgreSQL before they are calls here, so a call that is lost loses nothing.
/// </summary>
[Alias("metagrains.IAdAccountGrain")]
public interface IAdAccountGrain : IGrainWithStringKey
{
    /// <summary>Reads the settings and the waiting runs from PostgreSQL again and acts on them. Never waits for a fetch.</summary>
    /// <returns>False when there is no such account.</returns>
    [Alias("Refresh")]
    Task<bool> RefreshAsync();

    /// <summary>A sweep found the account overdue.</summary>
    [OneWay]
    [Alias("Wake")]
    Task WakeAsync();

    /// <summary>The tenant's budget has room now. May be lost: who waits asks again by itself at the time it was told.</summary>
    [OneWay]
    [Alias("YourTurn")]
    Task YourTurnAsync(long ticket);

    /// <summary>A grant is void, because Meta has blocked a limit that its calls count against. May be lost: then its deadline ends it.</summary>
    [OneWay]
    [Alias("Void")]
    Task VoidAsync(long grant);

    /// <summary>The account is to try whether an incident is over. May be lost: then another is let through.</summary>
    [OneWay]
    [Alias("Probe")]
    Task ProbeAsync(long incident);

    /// <summary>What it does now, and why. Null when there is no such account.</summary>
    [ReadOnly]
    [Alias("Status")]
    Task<AccountStatus?> GetStatusAsync();
}

/// <summary>An account as its grain sees it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.AccountStatus")]
public sealed record AccountStatus
{
    /// <summary><c>active</c>, <c>throttled</c>, <c>token_dead</c> …</summary>
    [Id(0)]
    public required string Health { get; init; }

    /// <summary>The tier.</summary>
    [Id(1)]
    public required string Tier { get; init; }

    /// <summary>When it is due next by itself; null when it never is.</summary>
    [Id(2)]
    public DateTimeOffset? NextDueAt { get; init; }

    /// <summary>The job that runs; null when none does.</summary>
    [Id(3)]
    public string? RunningJob { get; init; }

    /// <summary>The run's id; null when none runs, or it has not got one yet.</summary>
    [Id(4)]
    public long? RunId { get; init; }

    /// <summary>Runs that were asked for and wait.</summary>
    [Id(5)]
    public int Waiting { get; init; }

    /// <summary>Why it does what it does, the most telling first.</summary>
    [Id(6)]
    public required List<AccountFact> Facts { get; init; }

    /// <summary>The same for programs; null from a silo of an older release.</summary>
    [Id(7)]
    public AccountOutlook? Outlook { get; init; }
}

/// <summary>One fact about an account, for a person.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.AccountFact")]
public sealed record AccountFact
{
    /// <summary>What it is about: <c>decision</c>, <c>health</c>, <c>schedule</c>, <c>job</c>, <c>queue</c>, <c>budget</c>, <c>incident</c>, <c>report</c> or <c>last_error</c>.</summary>
    [Id(0)]
    public required string Topic { get; init; }

    /// <summary>A sentence.</summary>
    [Id(1)]
    public required string Text { get; init; }

    /// <summary>The moment that it speaks of, if it does.</summary>
    [Id(2)]
    public DateTimeOffset? At { get; init; }
}
