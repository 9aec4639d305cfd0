using System.Text.Json;
using MetaGrains.Core.Entities;

namespace MetaGrains.Graph.Entities;

/// <summary>The edges of an account that list its objects, each with the fields that are worth syncing.</summary>
public static class EntityEdges
{
    /// <summary>Campaigns.</summary>
    public static EntityEdge<CampaignRecord> Campaigns { get; } = new(
        EntityKind.Campaign,
        "campaigns",
        "id,account_id,name,objective,status,configured_status,effective_status,buying_type,bid_strategy,daily_budget,lifetime_budget,budget_remaining,spend_cap,special_ad_categories,start_time,stop_time,created_time,updated_time,issues_info,promoted_object,smart_promotion_type,source_campaign_id");

    /// <summary>Ad sets.</summary>
    public static EntityEdge<AdSetRecord> AdSets { get; } = new(
        EntityKind.AdSet,
        "adsets",
        "id,account_id,campaign_id,name,status,configured_status,effective_status,daily_budget,lifetime_budget,budget_remaining,bid_amount,bid_strategy,billing_event,optimization_goal,destination_type,attribution_spec,promoted_object,targeting,start_time,end_time,created_time,updated_time,learning_stage_info,issues_info,pacing_type");

    /// <summary>Ads.</summary>
    public static EntityEdge<AdRecord> Ads { get; } = new(
        EntityKind.Ad,
        "ads",
        "id,account_id,campaign_id,adset_id,name,status,configured_status,effective_status,creative{id},tracking_specs,conversion_specs,ad_review_feedback,issues_info,created_time,updated_time,source_ad_id,preview_shareable_link");

    /// <summary>Creatives.</summary>
    public static EntityEdge<CreativeRecord> Creatives { get; } = new(
        EntityKind.Creative,
        "adcreatives",
        "id,account_id,name,status,object_story_spec,object_story_id,effective_object_story_id,asset_feed_spec,object_type,call_to_action_type,body,title,image_hash,image_url,thumbnail_url,video_id,link_url,url_tags,product_set_id,instagram_permalink_url");
}

/// <summary>An edge that lists objects of one kind. The four that exist are <see cref="EntityEdges"/>.</summary>
public sealed class EntityEdge<T>
    where T : EntityRecord
{
    internal EntityEdge(EntityKind kind, string name, string fields)
    {
        (Kind, Name) = (kind, name);
        Fields = fields;
        Read = node => EntityReader.Read<T>(kind, node);
    }

    /// <summary>Its name, such as <c>campaigns</c>.</summary>
    public string Name { get; }

    internal EntityKind Kind { get; }

    internal string Fields { get; }

    internal Func<JsonElement, T> Read { get; }
}
