namespace MetaGrains.Bench.Ingest;

/// <summary>A row with a key, as entity classes are written.</summary>
internal abstract class KeyedRow
{
    public Guid RowKey { get; set; }

    public DateOnly Date { get; set; }

    public Guid TenantId { get; set; }

    public long RunId { get; set; }

    public required string AdAccountId { get; set; }

    public required string Report { get; set; }
}

/// <summary>The fact's columns.</summary>
internal class FactRow : KeyedRow
{
    public long ContentHash { get; set; }

    public long Impressions { get; set; }

    public long Clicks { get; set; }

    public long? Reach { get; set; }

    public DateTime FirstSeen { get; set; }

    public DateTime UpdatedAt { get; set; }

    public required string Level { get; set; }

    public required string EntityId { get; set; }

    public string? CampaignId { get; set; }

    public string? AdsetId { get; set; }

    public string? AdId { get; set; }

    public required string BreakdownKey { get; set; }

    public required string AttributionWindow { get; set; }

    public required string ActionReportTime { get; set; }

    public required string Currency { get; set; }

    public decimal Spend { get; set; }

    public decimal Conversions { get; set; }

    public decimal Purchases { get; set; }

    public decimal PurchaseValue { get; set; }

    public decimal Leads { get; set; }

    public decimal Revenue { get; set; }

    public string? Actions { get; set; }
}

/// <summary>Fact and raw text in one row.</summary>
internal sealed class WideRow : FactRow
{
    public required string Payload { get; set; }
}

/// <summary>The raw text.</summary>
internal sealed class RawRow : KeyedRow
{
    public DateTime FetchedAt { get; set; }

    public required string Payload { get; set; }
}
