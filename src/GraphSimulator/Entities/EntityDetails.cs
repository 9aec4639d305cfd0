using System.Text.Json.Nodes;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>
/// What hangs on an object as JSON: targeting, issues, reviews. Made up from the object's id, so that it is the same
/// whenever it is asked for; a recorded object has none of it.
/// </summary>
internal static class EntityDetails
{
    private static readonly string[] Goals = ["LEARNING", "SUCCESS", "SUCCESS", "FAIL"];
    private static readonly string[] Countries = ["DE", "FR", "US", "GB", "JP", "CZ"];

    /// <summary>The field as JSON, or null when the object does not have it.</summary>
    public static string? Find(AdAccount account, AdEntity entity, string field) =>
        entity.IsMadeUp ? Node(account, entity, field)?.ToJsonString() : null;

    private static JsonNode? Node(AdAccount account, AdEntity entity, string field) =>
        field switch
        {
            "issues_info" => Issues(entity),
            "targeting" when entity.Kind == EntityKind.AdSet => Targeting(entity),
            "attribution_spec" when entity.Kind == EntityKind.AdSet => AttributionSpec(entity),
            "promoted_object" => PromotedObject(account, entity),
            "learning_stage_info" when entity.EffectiveStatus == "ACTIVE" => new JsonObject { ["status"] = Of(entity, 3).Pick(Goals) },
            "destination_type" => JsonValue.Create("WEBSITE"),
            "pacing_type" => new JsonArray("standard"),
            "smart_promotion_type" => JsonValue.Create("GUIDED_CREATION"),
            "tracking_specs" => Specs("offsite_conversion", account),
            "conversion_specs" => Specs("offsite_conversion", account),
            "ad_review_feedback" when entity.EffectiveStatus == "DISAPPROVED" => Review(),
            "preview_shareable_link" => JsonValue.Create($"https://fb.me/{Of(entity, 5).Bits % 0xFFFFFFFF:x8}"),
            _ => null,
        };

    private static Chance Of(AdEntity entity, ulong purpose) => new Chance((ulong)entity.Id).At(purpose);

    private static JsonArray? Issues(AdEntity entity) => entity.Issue is not { } issue ? null : new JsonArray(new JsonObject
    {
        ["level"] = entity.Kind switch { EntityKind.Campaign => "CAMPAIGN", EntityKind.AdSet => "AD_SET", _ => "AD" },
        ["error_code"] = issue.Code,
        ["error_summary"] = issue.Summary,
        ["error_message"] = issue.Message,
        ["error_type"] = issue.Type,
    });

    private static JsonObject Targeting(AdEntity adSet)
    {
        var chance = Of(adSet, 1);
        var targeting = new JsonObject
        {
            ["age_min"] = 18 + chance.At(0).Below(20),
            ["age_max"] = 45 + chance.At(1).Below(21),
            ["geo_locations"] = new JsonObject
            {
                ["countries"] = new JsonArray(chance.At(2).Pick(Countries)),
                ["location_types"] = new JsonArray("home", "recent"),
            },
            ["targeting_automation"] = new JsonObject { ["advantage_audience"] = chance.At(3).Below(2) },
        };
        if (chance.At(4).Permille(300))
            targeting["genders"] = new JsonArray(1 + chance.At(5).Below(2));
        if (chance.At(6).Permille(400))
        {
            var id = $"238{chance.At(7).Bits % 100_000_000_000_000:00000000000000}";
            targeting["custom_audiences"] = new JsonArray(new JsonObject { ["id"] = id, ["name"] = "Käufer 180 Tage" });
        }

        return targeting;
    }

    private static JsonArray AttributionSpec(AdEntity adSet)
    {
        var rule = AttributionRule.Of(adSet);
        var click = Window("CLICK_THROUGH", rule.SevenDays ? 7 : 1);
        return rule.Views ? new JsonArray(click, Window("VIEW_THROUGH", 1)) : new JsonArray(click);
    }

    private static JsonObject Window(string type, int days) => new() { ["event_type"] = type, ["window_days"] = days };

    private static JsonObject? PromotedObject(AdAccount account, AdEntity entity) =>
        entity.Above(EntityKind.Campaign)?.Objective is "OUTCOME_SALES" or "OUTCOME_LEADS" && entity.Kind == EntityKind.AdSet
            ? new JsonObject { ["pixel_id"] = Pixel(account), ["custom_event_type"] = entity.Above(EntityKind.Campaign)!.Objective == "OUTCOME_SALES" ? "PURCHASE" : "LEAD" }
            : null;

    private static JsonArray Specs(string action, AdAccount account) =>
        new(new JsonObject { ["action.type"] = new JsonArray(action), ["fb_pixel"] = new JsonArray(Pixel(account)) });

    private static JsonObject Review() =>
        new() { ["global"] = new JsonObject { ["Personal Attributes"] = "Ads must not contain content that asserts or implies personal attributes." } };

    private static string Pixel(AdAccount account) => $"{account.Number % 1_000_000_000_000_000:000000000000000}";
}
