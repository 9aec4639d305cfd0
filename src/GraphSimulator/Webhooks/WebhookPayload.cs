using System.Globalization;
using System.Text.Json.Nodes;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>Makes the changes that Meta would tell of, and wraps them.</summary>
internal static class WebhookPayload
{
    /// <summary>The name that a subscribed field has in its payload.</summary>
    public static string NameOf(string field) => field == "effective_status" ? "field_changed" : field;

    /// <summary>The value of the change number <paramref name="place"/> of a field.</summary>
    public static JsonObject Value(AdAccount account, string field, int place)
    {
        var ad = account.Ads[place % account.Ads.Count];
        var id = ad.Id.ToString(CultureInfo.InvariantCulture);
        return field switch
        {
            "effective_status" => new JsonObject { ["object_id"] = id, ["object_type"] = "ad", ["changed_fields"] = new JsonArray("effective_status") },
            "in_process_ad_objects" => new JsonObject { ["id"] = id, ["level"] = "AD", ["status_name"] = "Active" },
            "with_issues_ad_objects" => new JsonObject
            {
                ["id"] = id,
                ["level"] = "AD",
                ["error_code"] = "1815869",
                ["error_summary"] = $"Problem mit „{ad.Name}“",
                ["error_message"] = "The last payment of this ad account failed.",
            },
            "creative_fatigue" => new JsonObject
            {
                ["ad_account_id"] = account.Number.ToString(CultureInfo.InvariantCulture),
                ["adgroup_id"] = id,
                ["creative_fatigue_level"] = "HIGH",
                ["creative_fatigue_message"] = "People have seen this creative often.",
            },
            // The ids of this one are JSON numbers.
            "subscriptions" => new JsonObject { ["subscription_id"] = account.Number + place, ["account_id"] = account.Number, ["object_id"] = ad.Id, ["object_type"] = "AD" },
            _ => new JsonObject { ["id"] = id },
        };
    }

    /// <summary>One request's body: non-ASCII is escaped, as Meta escapes it.</summary>
    public static string Body(string entryId, IReadOnlyList<JsonObject> changes, string field, int perEntry, DateTimeOffset now)
    {
        var entries = changes.Chunk(perEntry).Select(chunk => (JsonNode)new JsonObject
        {
            ["id"] = entryId,
            ["time"] = now.ToUnixTimeSeconds(),
            ["changes"] = new JsonArray([.. chunk.Select(value => (JsonNode)new JsonObject { ["field"] = NameOf(field), ["value"] = value.DeepClone() })]),
        });
        return new JsonObject { ["object"] = "ad_account", ["entry"] = new JsonArray([.. entries]) }.ToJsonString();
    }
}
