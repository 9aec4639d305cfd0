namespace MetaGrains.GraphSimulator.World;

/// <summary>What an object of an ad account is.</summary>
internal enum EntityKind
{
    /// <summary>A campaign.</summary>
    Campaign = 1,

    /// <summary>An ad set.</summary>
    AdSet = 2,

    /// <summary>An ad.</summary>
    Ad = 3,
}

/// <summary>
/// A campaign, an ad set or an ad as it stands at one moment. What the world does not know is null, and the server
/// leaves it out, as Meta does.
/// </summary>
internal sealed class AdEntity
{
    public required EntityKind Kind { get; init; }

    public required long Id { get; init; }

    /// <summary>Place in the account's list of its kind.</summary>
    public required int Index { get; init; }

    /// <summary>The campaign of an ad set, the ad set of an ad.</summary>
    public AdEntity? Parent { get; init; }

    public string? Name { get; init; }

    public required string Status { get; init; }

    public required string EffectiveStatus { get; init; }

    /// <summary>ISO 8601 with an offset that has no colon, <c>2017-04-25T16:54:27-0700</c>.</summary>
    public string? CreatedTime { get; init; }

    public string? UpdatedTime { get; init; }

    public string? StartTime { get; init; }

    public string? StopTime { get; init; }

    public string? Objective { get; init; }

    public string? BuyingType { get; init; }

    public string? BidStrategy { get; init; }

    public string? BillingEvent { get; init; }

    public string? OptimizationGoal { get; init; }

    /// <summary>Minor units, as text.</summary>
    public string? DailyBudget { get; init; }

    public string? LifetimeBudget { get; init; }

    public string? BudgetRemaining { get; init; }

    public string? SpendCap { get; init; }

    public string? AttributionSetting { get; init; }

    public long? CreativeId { get; init; }

    /// <summary>What keeps it from delivering; null for nothing.</summary>
    public EntityIssue? Issue { get; init; }

    /// <summary>Whether what is not stored about it may be made up from its id.</summary>
    public bool IsMadeUp { get; init; }

    /// <summary>Whether it was put away: lists leave it out unless its status is asked for.</summary>
    public bool IsPutAway => EffectiveStatus is "ARCHIVED" or "DELETED";

    /// <summary>This object or the one above it that is of a kind; null when that kind is below.</summary>
    public AdEntity? Above(EntityKind kind)
    {
        var entity = this;
        while (entity is not null && entity.Kind != kind)
            entity = entity.Parent;
        return entity;
    }
}

/// <summary>An element of <c>issues_info</c>.</summary>
internal sealed record EntityIssue(int Code, string Summary, string Message, string Type = "HARD_ERROR");
