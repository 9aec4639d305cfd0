using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaGrains.Core.Entities;

/// <summary>
/// An object as Meta describes it: its values that people ask for, and all of it. The names of the properties are the
/// columns of its table. Amounts are in minor units of the account's currency, as Meta states them.
/// </summary>
public abstract record EntityRecord
{
    /// <summary>What it is.</summary>
    [JsonIgnore]
    public abstract EntityKind Kind { get; }

    /// <summary>Its id at Meta.</summary>
    [JsonIgnore]
    public abstract string Id { get; }

    /// <summary>Its name; empty where Meta gives none.</summary>
    public required string Name { get; init; }

    /// <summary>What its owner set.</summary>
    public string? Status { get; init; }

    /// <summary>As Meta sent it.</summary>
    public required JsonElement Raw { get; init; }

    /// <summary>64 bits of SHA-256 over <see cref="Content"/>.</summary>
    public required long ContentHash { get; init; }

    /// <summary><see cref="Raw"/> without the values that change by themselves, names in ordinal order.</summary>
    [JsonIgnore]
    public string Content { get; init; } = "";
}

/// <summary>A campaign.</summary>
public sealed record CampaignRecord : EntityRecord
{
    /// <inheritdoc />
    public override EntityKind Kind => EntityKind.Campaign;

    /// <inheritdoc />
    public override string Id => CampaignId;

    /// <summary>Its id.</summary>
    public required string CampaignId { get; init; }

    /// <summary>Its objective.</summary>
    public string? Objective { get; init; }

    /// <summary>The older status field.</summary>
    public string? ConfiguredStatus { get; init; }

    /// <summary>Whether it really runs.</summary>
    public string? EffectiveStatus { get; init; }

    /// <summary>AUCTION or RESERVED.</summary>
    public string? BuyingType { get; init; }

    /// <summary>How bids are made.</summary>
    public string? BidStrategy { get; init; }

    /// <summary>Budget per day, minor units.</summary>
    public decimal? DailyBudget { get; init; }

    /// <summary>Budget for its life, minor units.</summary>
    public decimal? LifetimeBudget { get; init; }

    /// <summary>What is left, minor units.</summary>
    public decimal? BudgetRemaining { get; init; }

    /// <summary>Most it may spend, minor units.</summary>
    public decimal? SpendCap { get; init; }

    /// <summary>HOUSING, EMPLOYMENT …</summary>
    public IReadOnlyList<string>? SpecialAdCategories { get; init; }

    /// <summary>Its start.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Its end.</summary>
    public DateTimeOffset? StopTime { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When it was changed.</summary>
    public DateTimeOffset? UpdatedTime { get; init; }

    /// <summary>What is promoted.</summary>
    public JsonElement? PromotedObject { get; init; }

    /// <summary>What keeps it from delivering: <c>issues_info</c>.</summary>
    public JsonElement? Issues { get; init; }
}

/// <summary>An ad set.</summary>
public sealed record AdSetRecord : EntityRecord
{
    /// <inheritdoc />
    public override EntityKind Kind => EntityKind.AdSet;

    /// <inheritdoc />
    public override string Id => AdsetId;

    /// <summary>Its id.</summary>
    public required string AdsetId { get; init; }

    /// <summary>Its campaign.</summary>
    public string? CampaignId { get; init; }

    /// <summary>The older status field.</summary>
    public string? ConfiguredStatus { get; init; }

    /// <summary>Whether it really runs.</summary>
    public string? EffectiveStatus { get; init; }

    /// <summary>Budget per day, minor units.</summary>
    public decimal? DailyBudget { get; init; }

    /// <summary>Budget for its life, minor units.</summary>
    public decimal? LifetimeBudget { get; init; }

    /// <summary>What is left, minor units.</summary>
    public decimal? BudgetRemaining { get; init; }

    /// <summary>Bid or cost cap, minor units.</summary>
    public decimal? BidAmount { get; init; }

    /// <summary>How bids are made.</summary>
    public string? BidStrategy { get; init; }

    /// <summary>What is paid for.</summary>
    public string? BillingEvent { get; init; }

    /// <summary>What delivery is tuned to.</summary>
    public string? OptimizationGoal { get; init; }

    /// <summary>Where people are led.</summary>
    public string? DestinationType { get; init; }

    /// <summary>LEARNING, SUCCESS or FAIL.</summary>
    public string? LearningStatus { get; init; }

    /// <summary>Its start.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Its end.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When it was changed.</summary>
    public DateTimeOffset? UpdatedTime { get; init; }

    /// <summary>Countries.</summary>
    public IReadOnlyList<string>? TargetingCountries { get; init; }

    /// <summary>Youngest age.</summary>
    public int? TargetingAgeMin { get; init; }

    /// <summary>Oldest age.</summary>
    public int? TargetingAgeMax { get; init; }

    /// <summary><c>male</c>, <c>female</c>; null for all.</summary>
    public IReadOnlyList<string>? TargetingGenders { get; init; }

    /// <summary>Publisher platforms.</summary>
    public IReadOnlyList<string>? TargetingPlatforms { get; init; }

    /// <summary>Ids of included custom audiences.</summary>
    public IReadOnlyList<string>? TargetingAudiences { get; init; }

    /// <summary>Ids of excluded custom audiences.</summary>
    public IReadOnlyList<string>? TargetingExcludedAudiences { get; init; }

    /// <summary>Names of interests and behaviours.</summary>
    public IReadOnlyList<string>? TargetingInterests { get; init; }

    /// <summary>Whether Meta may go beyond the targeting.</summary>
    public bool? TargetingAutomatic { get; init; }

    /// <summary>The whole targeting spec.</summary>
    public JsonElement? Targeting { get; init; }

    /// <summary>The attribution setting.</summary>
    public JsonElement? AttributionSpec { get; init; }

    /// <summary>What is promoted.</summary>
    public JsonElement? PromotedObject { get; init; }

    /// <summary>What keeps it from delivering: <c>issues_info</c>.</summary>
    public JsonElement? Issues { get; init; }
}

/// <summary>An ad.</summary>
public sealed record AdRecord : EntityRecord
{
    /// <inheritdoc />
    public override EntityKind Kind => EntityKind.Ad;

    /// <inheritdoc />
    public override string Id => AdId;

    /// <summary>Its id.</summary>
    public required string AdId { get; init; }

    /// <summary>Its ad set.</summary>
    public string? AdsetId { get; init; }

    /// <summary>Its campaign, so that no join is needed to ask by campaign.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Its creative.</summary>
    public string? CreativeId { get; init; }

    /// <summary>The older status field.</summary>
    public string? ConfiguredStatus { get; init; }

    /// <summary>Whether it really runs.</summary>
    public string? EffectiveStatus { get; init; }

    /// <summary>The ad it was copied from.</summary>
    public string? SourceAdId { get; init; }

    /// <summary>Shareable preview.</summary>
    public string? PreviewLink { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When it was changed.</summary>
    public DateTimeOffset? UpdatedTime { get; init; }

    /// <summary>Why Meta disapproved it: <c>ad_review_feedback</c>.</summary>
    public JsonElement? ReviewFeedback { get; init; }

    /// <summary>What keeps it from delivering: <c>issues_info</c>.</summary>
    public JsonElement? Issues { get; init; }

    /// <summary>What is tracked.</summary>
    public JsonElement? TrackingSpecs { get; init; }

    /// <summary>What counts as a conversion.</summary>
    public JsonElement? ConversionSpecs { get; init; }
}

/// <summary>One picture, video, text, title, description, link or button of a creative.</summary>
/// <param name="Kind"><c>image</c>, <c>video</c>, <c>body</c>, <c>title</c>, <c>description</c>, <c>link</c> or <c>call_to_action</c>.</param>
/// <param name="Id">The image's hash or the video's id; null for others.</param>
/// <param name="Text">Its words; null for others.</param>
/// <param name="Url">Where it leads or lies, without signature; null for none.</param>
public sealed record CreativeAsset(string Kind, string? Id = null, string? Text = null, string? Url = null);

/// <summary>A creative.</summary>
public sealed record CreativeRecord : EntityRecord
{
    /// <inheritdoc />
    public override EntityKind Kind => EntityKind.Creative;

    /// <inheritdoc />
    public override string Id => CreativeId;

    /// <summary>Its id.</summary>
    public required string CreativeId { get; init; }

    /// <summary>SHARE, VIDEO …</summary>
    public string? ObjectType { get; init; }

    /// <summary>The headline.</summary>
    public string? Title { get; init; }

    /// <summary>The main text.</summary>
    public string? Body { get; init; }

    /// <summary>The button.</summary>
    public string? CallToAction { get; init; }

    /// <summary>Where a click leads.</summary>
    public string? LinkUrl { get; init; }

    /// <summary>Query parameters added to the link.</summary>
    public string? UrlTags { get; init; }

    /// <summary>The page.</summary>
    public string? PageId { get; init; }

    /// <summary>The Instagram account.</summary>
    public string? InstagramUserId { get; init; }

    /// <summary>The picture's hash.</summary>
    public string? ImageHash { get; init; }

    /// <summary>The picture; it expires.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>A small picture; it expires.</summary>
    public string? ThumbnailUrl { get; init; }

    /// <summary>The video.</summary>
    public string? VideoId { get; init; }

    /// <summary>The promoted post.</summary>
    public string? ObjectStoryId { get; init; }

    /// <summary>The post that is really shown.</summary>
    public string? EffectiveObjectStoryId { get; init; }

    /// <summary>The product set.</summary>
    public string? ProductSetId { get; init; }

    /// <summary>Everything it is made of, each once.</summary>
    public required IReadOnlyList<CreativeAsset> Assets { get; init; }

    /// <summary>The whole story spec.</summary>
    public JsonElement? ObjectStorySpec { get; init; }

    /// <summary>The whole asset feed.</summary>
    public JsonElement? AssetFeedSpec { get; init; }
}
