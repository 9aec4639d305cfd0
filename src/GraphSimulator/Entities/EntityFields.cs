using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Writes the fields of a campaign, an ad set or an ad that a call named. Absent values are left out.</summary>
internal static class EntityFields
{
    private static readonly HashSet<string> OfAll = new(
        ["id", "account_id", "name", "status", "configured_status", "effective_status", "created_time", "updated_time", "issues_info"],
        StringComparer.Ordinal);

    private static readonly HashSet<string> OfCampaigns = new(
        [
            "objective", "buying_type", "bid_strategy", "daily_budget", "lifetime_budget", "budget_remaining", "spend_cap",
            "special_ad_categories", "start_time", "stop_time", "promoted_object", "smart_promotion_type", "advantage_state_info",
            "source_campaign_id",
        ],
        StringComparer.Ordinal);

    private static readonly HashSet<string> OfAdSets = new(
        [
            "campaign_id", "daily_budget", "lifetime_budget", "budget_remaining", "bid_amount", "bid_strategy", "billing_event",
            "optimization_goal", "destination_type", "attribution_spec", "promoted_object", "targeting", "start_time", "end_time",
            "learning_stage_info", "pacing_type", "review_feedback",
        ],
        StringComparer.Ordinal);

    private static readonly HashSet<string> OfAds = new(
        [
            "campaign_id", "adset_id", "tracking_specs", "conversion_specs", "ad_review_feedback", "source_ad_id",
            "preview_shareable_link", "last_updated_by_app_id",
        ],
        StringComparer.Ordinal);

    /// <summary>Refuses a field that objects of the kind do not have.</summary>
    public static void Check(EntityKind kind, FieldSelection field)
    {
        var (known, type) = kind switch
        {
            EntityKind.Campaign => (OfCampaigns, "Campaign"),
            EntityKind.AdSet => (OfAdSets, "AdSet"),
            _ => (OfAds, "Ad"),
        };
        if (!OfAll.Contains(field.Name) && !known.Contains(field.Name))
            throw GraphErrors.UnknownField(field.Name, type);
    }

    public static void Write(Utf8JsonWriter writer, AdAccount account, AdEntity entity, FieldSelection field)
    {
        if (Value(account, entity, field.Name) is { } value)
            writer.WriteString(field.Key, value);
        else if (field.Name == "special_ad_categories")
            writer.WriteRaw(field.Key, "[]");
        else if (EntityDetails.Find(account, entity, field.Name) is { } json)
            writer.WriteRaw(field.Key, json);
    }

    private static void WriteRaw(this Utf8JsonWriter writer, string key, string json)
    {
        writer.WritePropertyName(key);
        writer.WriteRawValue(json, skipInputValidation: true);
    }

    private static string? Value(AdAccount account, AdEntity entity, string field) => field switch
    {
        "id" => Id(entity.Id),
        "account_id" => Id(account.Number),
        "campaign_id" => entity.Above(EntityKind.Campaign) is { } campaign ? Id(campaign.Id) : null,
        "adset_id" => entity.Above(EntityKind.AdSet) is { } adSet ? Id(adSet.Id) : null,
        "name" => entity.Name,
        "status" or "configured_status" => entity.Status,
        "effective_status" => entity.EffectiveStatus,
        "created_time" => entity.CreatedTime,
        "updated_time" => entity.UpdatedTime,
        "start_time" => entity.StartTime,
        "stop_time" or "end_time" => entity.StopTime,
        "objective" => entity.Objective,
        "buying_type" => entity.BuyingType,
        "bid_strategy" => entity.BidStrategy,
        "billing_event" => entity.BillingEvent,
        "optimization_goal" => entity.OptimizationGoal,
        "daily_budget" => entity.DailyBudget,
        "budget_remaining" => entity.BudgetRemaining,
        "spend_cap" => entity.SpendCap,
        // A budget that is not used reads "0" (recorded), and an object has one kind of budget.
        "lifetime_budget" => entity.LifetimeBudget ?? (entity.DailyBudget is null ? null : "0"),
        _ => null,
    };

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}
