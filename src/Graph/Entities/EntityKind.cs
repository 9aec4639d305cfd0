using System.Text.Json;

namespace MetaGrains.Graph.Entities;

/// <summary>The kinds of objects below an account, each with the fields that are worth syncing.</summary>
public static class EntityKinds
{
    /// <summary>Campaigns.</summary>
    public static EntityKind<CampaignRecord> Campaigns { get; } = new(
        "campaigns",
        "id,account_id,name,objective,status,configured_status,effective_status,buying_type,bid_strategy,daily_budget,lifetime_budget,budget_remaining,spend_cap,special_ad_categories,start_time,stop_time,created_time,updated_time,issues_info,promoted_object,smart_promotion_type,source_campaign_id",
        EntityReader.Campaign);

    /// <summary>Ad sets.</summary>
    public static EntityKind<AdSetRecord> AdSets { get; } = new(
        "adsets",
        "id,account_id,campaign_id,name,status,configured_status,effective_status,daily_budget,lifetime_budget,budget_remaining,bid_amount,bid_strategy,billing_event,optimization_goal,destination_type,attribution_spec,promoted_object,targeting,start_time,end_time,created_time,updated_time,learning_stage_info,issues_info,pacing_type",
        EntityReader.AdSet);

    /// <summary>Ads.</summary>
    public static EntityKind<AdRecord> Ads { get; } = new(
        "ads",
        "id,account_id,campaign_id,adset_id,name,status,configured_status,effective_status,creative{id},tracking_specs,conversion_specs,ad_review_feedback,issues_info,created_time,updated_time,source_ad_id,preview_shareable_link",
        EntityReader.Ad);

    /// <summary>Creatives.</summary>
    public static EntityKind<CreativeRecord> Creatives { get; } = new(
        "adcreatives",
        "id,account_id,name,status,object_story_spec,object_story_id,effective_object_story_id,asset_feed_spec,object_type,call_to_action_type,body,title,image_hash,image_url,thumbnail_url,video_id,link_url,url_tags,product_set_id,instagram_permalink_url",
        EntityReader.Creative);
}

/// <summary>A kind of object. The four that exist are <see cref="EntityKinds"/>.</summary>
public sealed class EntityKind<T>
    where T : EntityRecord
{
    internal EntityKind(string edge, string fields, Func<JsonElement, T> read)
    {
        Edge = edge;
        Fields = fields;
        Read = read;
    }

    /// <summary>The edge of the account, such as <c>campaigns</c>.</summary>
    public string Edge { get; }

    internal string Fields { get; }

    internal Func<JsonElement, T> Read { get; }
}
