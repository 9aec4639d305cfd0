using System.Text.Json.Nodes;

namespace MetaGrains.Api.Entities;

/// <summary>A campaign as Meta last described it.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="CampaignId">Its id at Meta.</param>
/// <param name="Name">Its name.</param>
/// <param name="Objective">Its objective.</param>
/// <param name="Status">What its owner switched it to: ACTIVE, PAUSED, ARCHIVED or DELETED.</param>
/// <param name="ConfiguredStatus">The same, as Meta repeats it.</param>
/// <param name="EffectiveStatus">What it is, with all that stands above it.</param>
/// <param name="BuyingType">AUCTION or RESERVED.</param>
/// <param name="BidStrategy">How it bids.</param>
/// <param name="DailyBudget">Per day, in minor units of the account's currency.</param>
/// <param name="LifetimeBudget">In all, in minor units of the account's currency.</param>
/// <param name="BudgetRemaining">What is left of it, in minor units.</param>
/// <param name="SpendCap">Most that it may spend, in minor units.</param>
/// <param name="SpecialAdCategories">Such as HOUSING.</param>
/// <param name="StartTime">When it begins.</param>
/// <param name="StopTime">When it ends.</param>
/// <param name="CreatedTime">When it was made at Meta.</param>
/// <param name="UpdatedTime">When it was last changed at Meta.</param>
/// <param name="PromotedObject">What it promotes, as Meta describes it.</param>
/// <param name="Issues">What keeps it from delivering, as Meta describes it.</param>
/// <param name="FirstSeen">When it was first read.</param>
/// <param name="UpdatedAt">When this row was last written.</param>
/// <param name="DeletedAt">When it was first missed at Meta; null while it is there.</param>
public sealed record Campaign(
    string AdAccountId, string CampaignId, string Name, string? Objective, string? Status, string? ConfiguredStatus, string? EffectiveStatus,
    string? BuyingType, string? BidStrategy, decimal? DailyBudget, decimal? LifetimeBudget, decimal? BudgetRemaining, decimal? SpendCap,
    IReadOnlyList<string>? SpecialAdCategories, DateTimeOffset? StartTime, DateTimeOffset? StopTime, DateTimeOffset? CreatedTime,
    DateTimeOffset? UpdatedTime, JsonNode? PromotedObject, JsonNode? Issues, DateTimeOffset FirstSeen, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt);

/// <summary>An ad set as Meta last described it, with whom it is shown to.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="AdsetId">Its id at Meta.</param>
/// <param name="CampaignId">Its campaign.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">What its owner switched it to: ACTIVE, PAUSED, ARCHIVED or DELETED.</param>
/// <param name="ConfiguredStatus">The same, as Meta repeats it.</param>
/// <param name="EffectiveStatus">What it is, with all that stands above it.</param>
/// <param name="DailyBudget">Per day, in minor units of the account's currency.</param>
/// <param name="LifetimeBudget">In all, in minor units of the account's currency.</param>
/// <param name="BudgetRemaining">What is left of it, in minor units.</param>
/// <param name="BidAmount">Its bid, in minor units.</param>
/// <param name="BidStrategy">How it bids.</param>
/// <param name="BillingEvent">What is paid for.</param>
/// <param name="OptimizationGoal">What delivery aims at.</param>
/// <param name="DestinationType">Where clicks lead.</param>
/// <param name="LearningStatus">Whether delivery still learns.</param>
/// <param name="StartTime">When it begins.</param>
/// <param name="EndTime">When it ends.</param>
/// <param name="CreatedTime">When it was made at Meta.</param>
/// <param name="UpdatedTime">When it was last changed at Meta.</param>
/// <param name="TargetingCountries">Countries that it is shown in.</param>
/// <param name="TargetingAgeMin">Youngest.</param>
/// <param name="TargetingAgeMax">Oldest.</param>
/// <param name="TargetingGenders">male, female; null for all.</param>
/// <param name="TargetingPlatforms">Such as facebook, instagram.</param>
/// <param name="TargetingAudiences">Audiences that it is shown to.</param>
/// <param name="TargetingExcludedAudiences">Audiences that it is kept from.</param>
/// <param name="TargetingInterests">Interests that it is shown to.</param>
/// <param name="TargetingAutomatic">Whether Meta widens the audience.</param>
/// <param name="Targeting">The whole of it, as Meta describes it.</param>
/// <param name="AttributionSpec">The attribution setting.</param>
/// <param name="PromotedObject">What it promotes, as Meta describes it.</param>
/// <param name="Issues">What keeps it from delivering, as Meta describes it.</param>
/// <param name="FirstSeen">When it was first read.</param>
/// <param name="UpdatedAt">When this row was last written.</param>
/// <param name="DeletedAt">When it was first missed at Meta; null while it is there.</param>
public sealed record AdSet(
    string AdAccountId, string AdsetId, string? CampaignId, string Name, string? Status, string? ConfiguredStatus, string? EffectiveStatus,
    decimal? DailyBudget, decimal? LifetimeBudget, decimal? BudgetRemaining, decimal? BidAmount, string? BidStrategy, string? BillingEvent,
    string? OptimizationGoal, string? DestinationType, string? LearningStatus, DateTimeOffset? StartTime, DateTimeOffset? EndTime,
    DateTimeOffset? CreatedTime, DateTimeOffset? UpdatedTime, IReadOnlyList<string>? TargetingCountries, int? TargetingAgeMin, int? TargetingAgeMax,
    IReadOnlyList<string>? TargetingGenders, IReadOnlyList<string>? TargetingPlatforms, IReadOnlyList<string>? TargetingAudiences,
    IReadOnlyList<string>? TargetingExcludedAudiences, IReadOnlyList<string>? TargetingInterests, bool? TargetingAutomatic, JsonNode? Targeting,
    JsonNode? AttributionSpec, JsonNode? PromotedObject, JsonNode? Issues, DateTimeOffset FirstSeen, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt);

/// <summary>An ad as Meta last described it.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="AdId">Its id at Meta.</param>
/// <param name="AdsetId">Its ad set.</param>
/// <param name="CampaignId">Its campaign.</param>
/// <param name="CreativeId">What people see of it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">What its owner switched it to: ACTIVE, PAUSED, ARCHIVED or DELETED.</param>
/// <param name="ConfiguredStatus">The same, as Meta repeats it.</param>
/// <param name="EffectiveStatus">What it is, with all that stands above it.</param>
/// <param name="SourceAdId">The ad that it was copied from.</param>
/// <param name="PreviewLink">Shows it to people who may see it.</param>
/// <param name="CreatedTime">When it was made at Meta.</param>
/// <param name="UpdatedTime">When it was last changed at Meta.</param>
/// <param name="ReviewFeedback">Why Meta refused it.</param>
/// <param name="Issues">What keeps it from delivering, as Meta describes it.</param>
/// <param name="TrackingSpecs">What is tracked.</param>
/// <param name="ConversionSpecs">What counts as its conversion.</param>
/// <param name="FirstSeen">When it was first read.</param>
/// <param name="UpdatedAt">When this row was last written.</param>
/// <param name="DeletedAt">When it was first missed at Meta; null while it is there.</param>
public sealed record Ad(
    string AdAccountId, string AdId, string? AdsetId, string? CampaignId, string? CreativeId, string Name, string? Status, string? ConfiguredStatus,
    string? EffectiveStatus, string? SourceAdId, string? PreviewLink, DateTimeOffset? CreatedTime, DateTimeOffset? UpdatedTime,
    JsonNode? ReviewFeedback, JsonNode? Issues, JsonNode? TrackingSpecs, JsonNode? ConversionSpecs, DateTimeOffset FirstSeen,
    DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>What people see of an ad, as Meta last described it.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="CreativeId">Its id at Meta.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">What its owner switched it to: ACTIVE, PAUSED, ARCHIVED or DELETED.</param>
/// <param name="ObjectType">Such as SHARE or VIDEO.</param>
/// <param name="Title">Headline.</param>
/// <param name="Body">Text.</param>
/// <param name="CallToAction">The button.</param>
/// <param name="LinkUrl">Where it leads.</param>
/// <param name="UrlTags">What is added to its links.</param>
/// <param name="PageId">The page that it is from.</param>
/// <param name="InstagramUserId">The Instagram account that it is from.</param>
/// <param name="ImageHash">Its picture.</param>
/// <param name="ImageUrl">Its picture; such links expire.</param>
/// <param name="ThumbnailUrl">A small picture; such links expire.</param>
/// <param name="VideoId">Its video.</param>
/// <param name="ObjectStoryId">The post that it shows.</param>
/// <param name="EffectiveObjectStoryId">The post that is shown in fact.</param>
/// <param name="ProductSetId">The products that it shows.</param>
/// <param name="Assets">Its pictures, videos and texts, one by one.</param>
/// <param name="ObjectStorySpec">The post, as Meta describes it.</param>
/// <param name="AssetFeedSpec">The variants, as Meta describes them.</param>
/// <param name="FirstSeen">When it was first read.</param>
/// <param name="UpdatedAt">When this row was last written.</param>
/// <param name="DeletedAt">When it was first missed at Meta; null while it is there.</param>
public sealed record Creative(
    string AdAccountId, string CreativeId, string Name, string? Status, string? ObjectType, string? Title, string? Body, string? CallToAction,
    string? LinkUrl, string? UrlTags, string? PageId, string? InstagramUserId, string? ImageHash, string? ImageUrl, string? ThumbnailUrl,
    string? VideoId, string? ObjectStoryId, string? EffectiveObjectStoryId, string? ProductSetId, JsonNode? Assets, JsonNode? ObjectStorySpec,
    JsonNode? AssetFeedSpec, DateTimeOffset FirstSeen, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>How an object was described, from when to when.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="Kind">campaign, adset, ad or creative.</param>
/// <param name="EntityId">Its id at Meta.</param>
/// <param name="ValidFrom">When it was first seen described so.</param>
/// <param name="ValidTo">When it was first seen described otherwise, or gone; null while it holds.</param>
/// <param name="ChangedFields">What differs from the version before; empty for the first one.</param>
/// <param name="Content">Meta's description, without what changes by itself.</param>
public sealed record EntityVersion(
    string AdAccountId, string Kind, string EntityId, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, IReadOnlyList<string> ChangedFields, JsonNode Content);
