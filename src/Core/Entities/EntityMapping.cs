using System.Text.Json;

namespace MetaGrains.Core.Entities;

/// <summary>From the Graph API's JSON to records. Pure; unknown fields stay in <see cref="EntityRecord.Raw"/> alone.</summary>
public static class EntityMapping
{
    private static readonly string[] Genders = ["", "male", "female"];

    /// <summary>Reads one object.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="json">The element of <c>data</c>, or the node.</param>
    /// <exception cref="FormatException">It is no such object; the message names the field.</exception>
    public static EntityRecord Read(EntityKind kind, JsonElement json) => kind switch
    {
        EntityKind.Campaign => Campaign(json),
        EntityKind.AdSet => AdSet(json),
        EntityKind.Ad => Ad(json),
        EntityKind.Creative => CreativeMapping.Read(json),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of entity."),
    };

    private static CampaignRecord Campaign(JsonElement json)
    {
        var fields = new EntityFields(json);
        var (content, hash) = EntityContent.Of(json);
        return new CampaignRecord
        {
            CampaignId = fields.Id(),
            Name = fields.Text("name") ?? "",
            Raw = json.Clone(),
            Content = content,
            ContentHash = hash,
            Objective = fields.Text("objective"),
            Status = fields.Text("status"),
            ConfiguredStatus = fields.Text("configured_status"),
            EffectiveStatus = fields.Text("effective_status"),
            BuyingType = fields.Text("buying_type"),
            BidStrategy = fields.Text("bid_strategy"),
            DailyBudget = fields.Amount("daily_budget"),
            LifetimeBudget = fields.Amount("lifetime_budget"),
            BudgetRemaining = fields.Amount("budget_remaining"),
            SpendCap = fields.Amount("spend_cap"),
            SpecialAdCategories = fields.Texts("special_ad_categories"),
            StartTime = fields.Time("start_time"),
            StopTime = fields.Time("stop_time"),
            CreatedTime = fields.Time("created_time"),
            UpdatedTime = fields.Time("updated_time"),
            PromotedObject = fields.Json("promoted_object"),
            Issues = fields.Json("issues_info"),
        };
    }

    private static AdSetRecord AdSet(JsonElement json)
    {
        var fields = new EntityFields(json);
        var (content, hash) = EntityContent.Of(json);
        var targeting = fields.Inner("targeting");
        return new AdSetRecord
        {
            AdsetId = fields.Id(),
            CampaignId = fields.Text("campaign_id"),
            Name = fields.Text("name") ?? "",
            Raw = json.Clone(),
            Content = content,
            ContentHash = hash,
            Status = fields.Text("status"),
            ConfiguredStatus = fields.Text("configured_status"),
            EffectiveStatus = fields.Text("effective_status"),
            DailyBudget = fields.Amount("daily_budget"),
            LifetimeBudget = fields.Amount("lifetime_budget"),
            BudgetRemaining = fields.Amount("budget_remaining"),
            BidAmount = fields.Amount("bid_amount"),
            BidStrategy = fields.Text("bid_strategy"),
            BillingEvent = fields.Text("billing_event"),
            OptimizationGoal = fields.Text("optimization_goal"),
            DestinationType = fields.Text("destination_type"),
            LearningStatus = fields.Inner("learning_stage_info").Text("status"),
            StartTime = fields.Time("start_time"),
            EndTime = fields.Time("end_time"),
            CreatedTime = fields.Time("created_time"),
            UpdatedTime = fields.Time("updated_time"),
            TargetingCountries = targeting.Inner("geo_locations").Texts("countries"),
            TargetingAgeMin = targeting.Number("age_min"),
            TargetingAgeMax = targeting.Number("age_max"),
            TargetingGenders = GendersOf(targeting),
            TargetingPlatforms = targeting.Texts("publisher_platforms"),
            TargetingAudiences = targeting.Each("custom_audiences", "id"),
            TargetingExcludedAudiences = targeting.Each("excluded_custom_audiences", "id"),
            TargetingInterests = InterestsOf(targeting),
            TargetingAutomatic = targeting.Inner("targeting_automation").Number("advantage_audience") is { } automatic ? automatic != 0 : null,
            Targeting = fields.Json("targeting"),
            AttributionSpec = fields.Json("attribution_spec"),
            PromotedObject = fields.Json("promoted_object"),
            Issues = fields.Json("issues_info"),
        };
    }

    private static AdRecord Ad(JsonElement json)
    {
        var fields = new EntityFields(json);
        var (content, hash) = EntityContent.Of(json);
        return new AdRecord
        {
            AdId = fields.Id(),
            AdsetId = fields.Text("adset_id"),
            CampaignId = fields.Text("campaign_id"),
            CreativeId = fields.IdOf("creative"),
            Name = fields.Text("name") ?? "",
            Raw = json.Clone(),
            Content = content,
            ContentHash = hash,
            Status = fields.Text("status"),
            ConfiguredStatus = fields.Text("configured_status"),
            EffectiveStatus = fields.Text("effective_status"),
            SourceAdId = fields.Text("source_ad_id"),
            PreviewLink = fields.Text("preview_shareable_link"),
            CreatedTime = fields.Time("created_time"),
            UpdatedTime = fields.Time("updated_time"),
            ReviewFeedback = fields.Json("ad_review_feedback"),
            Issues = fields.Json("issues_info"),
            TrackingSpecs = fields.Json("tracking_specs"),
            ConversionSpecs = fields.Json("conversion_specs"),
        };
    }

    // 1 is male and 2 is female; both, or none, is everybody.
    private static string[]? GendersOf(EntityFields targeting) =>
        targeting.Texts("genders") is { Count: 1 } one && one[0] is "1" or "2" ? [Genders[targeting.Texts("genders")![0] == "1" ? 1 : 2]] : null;

    // Interests stand at the top in old ad sets, in flexible specs in newer ones.
    private static string[]? InterestsOf(EntityFields targeting)
    {
        string[] names =
        [
            .. targeting.Items("flexible_spec").Prepend(targeting)
                .SelectMany(spec => (spec.Each("interests", "name") ?? []).Concat(spec.Each("behaviors", "name") ?? []))
                .Distinct(StringComparer.Ordinal),
        ];
        return names.Length == 0 ? null : names;
    }
}
