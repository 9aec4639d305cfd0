namespace MetaGrains.Graph.Entities;

/// <summary>
/// What campaigns, ad sets, ads and creatives have in common. Statuses are open sets: Meta adds values. Whatever has no
/// property here stands in <see cref="Raw"/>.
/// </summary>
public abstract record EntityRecord
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The number of its account, without <c>act_</c>; null when Meta leaves it out.</summary>
    public string? AccountId { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>What its owner set: <c>ACTIVE</c>, <c>PAUSED</c>, <c>ARCHIVED</c>, <c>DELETED</c> …</summary>
    public string? Status { get; init; }

    /// <summary>What it amounts to, with the parents' statuses and Meta's reviews: <c>CAMPAIGN_PAUSED</c>, <c>WITH_ISSUES</c> …</summary>
    public string? EffectiveStatus { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When it was last changed; a change of a child does not count, nor do insights.</summary>
    public DateTimeOffset? UpdatedTime { get; init; }

    /// <summary>The object exactly as Meta sent it (UTF-8 JSON).</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }
}

/// <summary>A campaign. Amounts are in minor units of the account's currency; Meta writes "0" for a budget that is not used.</summary>
public sealed record CampaignRecord : EntityRecord
{
    /// <summary>Its objective, of either generation of names.</summary>
    public string? Objective { get; init; }

    /// <summary><c>AUCTION</c> or <c>RESERVED</c>.</summary>
    public string? BuyingType { get; init; }

    /// <summary>How it bids.</summary>
    public string? BidStrategy { get; init; }

    /// <summary>Budget of a day.</summary>
    public long? DailyBudget { get; init; }

    /// <summary>Budget of its whole life.</summary>
    public long? LifetimeBudget { get; init; }

    /// <summary>What is left of it.</summary>
    public long? BudgetRemaining { get; init; }

    /// <summary>Its spend cap.</summary>
    public long? SpendCap { get; init; }

    /// <summary>When it starts; null when not set, which Meta writes as a moment of 1969.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it stops.</summary>
    public DateTimeOffset? StopTime { get; init; }
}

/// <summary>An ad set. Amounts are in minor units of the account's currency.</summary>
public sealed record AdSetRecord : EntityRecord
{
    /// <summary>Its campaign.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Budget of a day.</summary>
    public long? DailyBudget { get; init; }

    /// <summary>Budget of its whole life.</summary>
    public long? LifetimeBudget { get; init; }

    /// <summary>What is left of it.</summary>
    public long? BudgetRemaining { get; init; }

    /// <summary>Its bid.</summary>
    public long? BidAmount { get; init; }

    /// <summary>How it bids.</summary>
    public string? BidStrategy { get; init; }

    /// <summary>What is paid for.</summary>
    public string? BillingEvent { get; init; }

    /// <summary>What Meta optimises for.</summary>
    public string? OptimizationGoal { get; init; }

    /// <summary>Of the learning phase: <c>LEARNING</c>, <c>SUCCESS</c> or <c>FAIL</c>.</summary>
    public string? LearningStatus { get; init; }

    /// <summary>When it starts.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? EndTime { get; init; }
}

/// <summary>An ad.</summary>
public sealed record AdRecord : EntityRecord
{
    /// <summary>Its campaign.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Its ad set.</summary>
    public string? AdSetId { get; init; }

    /// <summary>Its creative.</summary>
    public string? CreativeId { get; init; }

    /// <summary>Whether Meta found issues with it; which ones, <see cref="EntityRecord.Raw"/> says.</summary>
    public bool HasIssues { get; init; }
}

/// <summary>A creative. It has no time of change, so it is read again whole; its image addresses expire and are no change.</summary>
public sealed record CreativeRecord : EntityRecord
{
    /// <summary>What it is made of.</summary>
    public string? ObjectType { get; init; }

    /// <summary>Its text.</summary>
    public string? Body { get; init; }

    /// <summary>Its title.</summary>
    public string? Title { get; init; }

    /// <summary>Its call to action.</summary>
    public string? CallToActionType { get; init; }

    /// <summary>Hash of its image.</summary>
    public string? ImageHash { get; init; }

    /// <summary>Its video.</summary>
    public string? VideoId { get; init; }

    /// <summary>Where it leads.</summary>
    public string? LinkUrl { get; init; }

    /// <summary>The post that is shown.</summary>
    public string? EffectiveObjectStoryId { get; init; }
}
