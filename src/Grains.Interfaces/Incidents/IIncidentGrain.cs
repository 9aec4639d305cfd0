using Orleans.Concurrency;

namespace MetaGrains.Grains.Interfaces.Incidents;

/// <summary>
/// Recognises the same new error on many accounts and lets one at a time try whether it is over. Key format:
/// <c>incidents/meta</c>. Called by the silos, which tell in batches how the runs of their accounts ended.
/// </summary>
[Alias("metagrains.IIncidentGrain")]
public interface IIncidentGrain : IGrainWithStringKey
{
    /// <summary>Tells how runs ended. May be lost: what an incident is made of comes again and again.</summary>
    [OneWay]
    [Alias("Report")]
    Task ReportAsync(OutcomeBatch outcomes);
}

/// <summary>How runs of a silo's accounts ended.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.OutcomeBatch")]
public sealed record OutcomeBatch
{
    /// <summary>Accounts with failures that may be an incident.</summary>
    [Id(0)]
    public required List<FailedRun> Failed { get; init; }

    /// <summary>How many runs succeeded.</summary>
    [Id(1)]
    public required int Succeeded { get; init; }

    /// <summary>Incidents of which an account recovered.</summary>
    [Id(2)]
    public required List<long> Recovered { get; init; }
}

/// <summary>A failed run of an account.</summary>
[GenerateSerializer]
[Immutable]
[Alias("metagrains.FailedRun")]
public sealed record FailedRun
{
    /// <summary>The account grain's key.</summary>
    [Id(0)]
    public required string Account { get; init; }

    /// <summary>What the failure means for the account: <c>Transient</c> or <c>Refused</c>.</summary>
    [Id(1)]
    public required string Kind { get; init; }

    /// <summary>Meta's error code.</summary>
    [Id(2)]
    public int? Code { get; init; }

    /// <summary>Meta's error subcode.</summary>
    [Id(3)]
    public int? Subcode { get; init; }

    /// <summary>What was said; holds no token.</summary>
    [Id(4)]
    public required string Message { get; init; }

    /// <summary>When.</summary>
    [Id(5)]
    public required DateTimeOffset At { get; init; }
}
