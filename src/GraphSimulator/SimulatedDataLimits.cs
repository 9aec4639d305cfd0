namespace MetaGrains.GraphSimulator;

/// <summary>Where an insights question becomes too large. Meta publishes none of these; null is no limit, the default.</summary>
public sealed record SimulatedDataLimits
{
    /// <summary>Rows times fields of one question, synchronous or not: 100/1487534, whatever the page size.</summary>
    public long? DataPointsPerCall { get; init; }

    /// <summary>Ad-days that a synchronous read may walk before it runs out of time: 100/1504018.</summary>
    public long? SyncAdDays { get; init; }

    /// <summary>Whether running out of time is 2/1504038 instead.</summary>
    public bool SyncTimeoutIsService { get; init; }

    /// <summary>Rows of a report run, beyond which it fails with -3/1504045.</summary>
    public long? ReportRows { get; init; }
}
